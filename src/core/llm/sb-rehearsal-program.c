/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-rehearsal-program.h"

#include <string.h>

#include "sb-json.h"

#define FLAGS (G_REGEX_CASELESS | G_REGEX_DOTALL)
#define NUMBER \
  "(\\d{1,6}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|fifty|hundred)"

typedef enum
{
  PROGRAM_PRIMES,
  PROGRAM_PRIMES_TO,
  PROGRAM_FIBONACCI,
  PROGRAM_FIZZBUZZ,
  PROGRAM_FACTORIAL,
  N_NUMERIC,
} Numeric;

typedef enum
{
  LANGUAGE_JS,
  LANGUAGE_PYTHON,
  N_LANGUAGES,
} Language;

static const struct
{
  const char *name;
  const char *pattern; /* its first group that matched is the number */
  const char *summary;
  guint       fallback;
  guint       maximum;
  const char *code[N_LANGUAGES]; /* @ stands for the number */
} numerics[N_NUMERIC] = {
  [PROGRAM_PRIMES_TO] = {
    .name = "primes",
    .pattern = "primes?(?: numbers?)? (?:up to|below|under|until|less than|smaller than|to|<=?) " NUMBER,
    .summary = "prints the primes up to @",
    .fallback = 100,
    .maximum = 100000,
    .code = {
      [LANGUAGE_JS] =
        "const primes = [];\n"
        "for (let n = 2; n <= @; n++)\n"
        "  if (primes.every((p) => n % p !== 0))\n"
        "    primes.push(n);\n"
        "console.log(primes.join(\" \"));\n",
      [LANGUAGE_PYTHON] =
        "primes = []\n"
        "for n in range(2, @ + 1):\n"
        "    if all(n % p for p in primes):\n"
        "        primes.append(n)\n"
        "print(*primes)\n",
    },
  },
  [PROGRAM_PRIMES] = {
    .name = "primes",
    .pattern = "(?:" NUMBER " )?primes?\\b",
    .summary = "prints the first @ primes",
    .fallback = 20,
    .maximum = 10000,
    .code = {
      [LANGUAGE_JS] =
        "const primes = [];\n"
        "for (let n = 2; primes.length < @; n++)\n"
        "  if (primes.every((p) => n % p !== 0))\n"
        "    primes.push(n);\n"
        "console.log(primes.join(\" \"));\n",
      [LANGUAGE_PYTHON] =
        "primes = []\n"
        "n = 2\n"
        "while len(primes) < @:\n"
        "    if all(n % p for p in primes):\n"
        "        primes.append(n)\n"
        "    n += 1\n"
        "print(*primes)\n",
    },
  },
  [PROGRAM_FIBONACCI] = {
    .name = "fibonacci",
    .pattern = "(?:" NUMBER " fib|fibonacci.*?" NUMBER "|fibonacci)",
    .summary = "prints the first @ Fibonacci numbers",
    .fallback = 20,
    .maximum = 1000,
    .code = {
      [LANGUAGE_JS] =
        "const numbers = [];\n"
        "let [a, b] = [0n, 1n];\n"
        "while (numbers.length < @) {\n"
        "  numbers.push(a);\n"
        "  [a, b] = [b, a + b];\n"
        "}\n"
        "console.log(numbers.join(\" \"));\n",
      [LANGUAGE_PYTHON] =
        "numbers = []\n"
        "a, b = 0, 1\n"
        "while len(numbers) < @:\n"
        "    numbers.append(a)\n"
        "    a, b = b, a + b\n"
        "print(*numbers)\n",
    },
  },
  [PROGRAM_FIZZBUZZ] = {
    .name = "fizzbuzz",
    .pattern = "fizz ?buzz(?:.*?" NUMBER ")?",
    .summary = "plays FizzBuzz up to @",
    .fallback = 100,
    .maximum = 10000,
    .code = {
      [LANGUAGE_JS] =
        "for (let n = 1; n <= @; n++)\n"
        "  console.log((n % 3 ? \"\" : \"Fizz\") + (n % 5 ? \"\" : \"Buzz\") || n);\n",
      [LANGUAGE_PYTHON] =
        "for n in range(1, @ + 1):\n"
        "    print((\"\" if n % 3 else \"Fizz\") + (\"\" if n % 5 else \"Buzz\") or n)\n",
    },
  },
  [PROGRAM_FACTORIAL] = {
    .name = "factorial",
    .pattern = "factorial(?:.*?" NUMBER ")?",
    .summary = "prints the factorial of @",
    .fallback = 10,
    .maximum = 2000,
    .code = {
      [LANGUAGE_JS] =
        "let product = 1n;\n"
        "for (let n = 2n; n <= @n; n++)\n"
        "  product *= n;\n"
        "console.log(String(product));\n",
      [LANGUAGE_PYTHON] =
        "product = 1\n"
        "for n in range(2, @ + 1):\n"
        "    product *= n\n"
        "print(product)\n",
    },
  },
};

static const struct
{
  const char *suffix;
  const char *language;
  const char *runner; /* nullable: not a program */
} files[] = {
  { ".js", "js", "node" },
  { ".mjs", "js", "node" },
  { ".cjs", "js", "node" },
  { ".py", "python", "python3" },
  { ".sh", "sh", "sh" },
  { ".md", "markdown", NULL },
  { ".json", "json", NULL },
  { ".html", "html", NULL },
  { ".css", "css", NULL },
};

static guint
parse_number (const char *text,
              guint       fallback,
              guint       maximum)
{
  static const struct
  {
    const char *word;
    guint       number;
  } words[] = {
    { "one", 1 }, { "two", 2 }, { "three", 3 }, { "four", 4 }, { "five", 5 }, { "six", 6 }, { "seven", 7 },
    { "eight", 8 }, { "nine", 9 }, { "ten", 10 }, { "twelve", 12 }, { "fifteen", 15 }, { "twenty", 20 },
    { "thirty", 30 }, { "fifty", 50 }, { "hundred", 100 },
  };
  guint number = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (g_ascii_strcasecmp (words[i].word, text) == 0)
        number = words[i].number;
    }
  if (number == 0)
    number = g_ascii_strtoull (text, NULL, 10);

  return number > 0 ? MIN (number, maximum) : fallback;
}

/* The kind of program, and its number; N_NUMERIC when it is none of them. */
static Numeric
find_numeric (const char *description,
              guint      *number)
{
  static const Numeric order[] = {
    PROGRAM_PRIMES_TO, PROGRAM_PRIMES, PROGRAM_FIBONACCI, PROGRAM_FIZZBUZZ, PROGRAM_FACTORIAL
  };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autoptr(GRegex) regex = g_regex_new (numerics[order[i]].pattern, FLAGS, 0, NULL);
      g_autoptr(GMatchInfo) match = NULL;

      if (!g_regex_match (regex, description, 0, &match))
        continue;
      *number = numerics[order[i]].fallback;
      for (int group = 1; group < g_match_info_get_match_count (match); group++)
        {
          g_autofree char *text = g_match_info_fetch (match, group);

          if (text[0] != '\0')
            *number = parse_number (text, numerics[order[i]].fallback, numerics[order[i]].maximum);
        }
      return order[i];
    }

  return N_NUMERIC;
}

static char *
fetch_group (const char *pattern,
             const char *text)
{
  g_autoptr(GRegex) regex = g_regex_new (pattern, FLAGS, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;

  return g_regex_match (regex, text, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

static char *
quote_json (const char *text)
{
  g_autoptr(JsonNode) node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, text);

  return sb_json_to_string (node, FALSE);
}

static char *
insert_number (const char *template,
               guint       number)
{
  g_autofree char *digits = g_strdup_printf ("%u", number);
  g_auto(GStrv) parts = g_strsplit (template, "@", -1);

  return g_strjoinv (digits, parts);
}

static char *
print_text (const char *file,
            const char *text)
{
  const char *language = sb_rehearsal_program_language (file);
  g_autofree char *quoted = quote_json (text);
  g_autofree char *shell = g_shell_quote (text);

  if (g_str_equal (language, "js"))
    return g_strdup_printf ("console.log(%s);\n", quoted);
  if (g_str_equal (language, "python"))
    return g_strdup_printf ("print(%s)\n", quoted);
  if (g_str_equal (language, "sh"))
    return g_strdup_printf ("echo %s\n", shell);

  return g_strdup_printf ("%s\n", text);
}

static char *
fetch_url (const char *file,
           const char *url)
{
  const char *language = sb_rehearsal_program_language (file);
  g_autofree char *quoted = quote_json (url);
  g_autofree char *shell = g_shell_quote (url);

  if (g_str_equal (language, "python"))
    return g_strdup_printf ("from urllib.request import urlopen\n"
                            "\n"
                            "with urlopen(%s, timeout=10) as response:\n"
                            "    print(response.read().decode())\n", quoted);
  if (g_str_equal (language, "sh"))
    return g_strdup_printf ("curl --silent --show-error --max-time 10 %s\n", shell);

  return g_strdup_printf ("fetch(%s, { signal: AbortSignal.timeout(10000) })\n"
                          "  .then((response) => response.text())\n"
                          "  .then((text) => console.log(text))\n"
                          "  .catch((error) => {\n"
                          "    console.error(error.message, error.cause?.message ?? \"\");\n"
                          "    process.exitCode = 1;\n"
                          "  });\n", quoted);
}

static void
fill_in_text (SbRehearsalProgram *self,
              const char         *file,
              const char         *description)
{
  g_autofree char *url = fetch_group ("(https?://[^\\s'\"`<>)]+)", description);
  g_autofree char *quoted = fetch_group ("[\"“'‘`]([^\"”’`]+)[\"”'’`]", description);
  g_autofree char *said = fetch_group ("\\b(?:prints?|says?|outputs?|containing|with the text) (.+)$", description);
  g_autofree char *hello = fetch_group ("\\b(hello,? world)", description);

  const char *runner = sb_rehearsal_program_runner (file);

  self->is_known = TRUE;
  if (url != NULL)
    {
      self->contents = fetch_url (file, url);
      self->summary = g_strdup_printf ("fetches %s", url);
    }
  else if (quoted != NULL || hello != NULL || said != NULL)
    {
      const char *text = quoted != NULL ? quoted : hello != NULL ? "Hello, world!" : said;

      self->contents = print_text (file, text);
      self->summary = g_strdup_printf ("%s “%s”", runner != NULL ? "prints" : "says", text);
    }
  else
    {
      self->is_known = FALSE;
      self->contents = print_text (file, description);
      self->summary = g_strdup ("only prints what you asked for");
    }
}

/* file: its suffix decides the language. description: what the program shall do, in any words; what is not
 * understood becomes a program that says so much. (transfer full) */
SbRehearsalProgram *
sb_rehearsal_program_new (const char *file,
                          const char *description)
{
  SbRehearsalProgram *self = g_new0 (SbRehearsalProgram, 1);
  const char *language = sb_rehearsal_program_language (file);
  guint number = 0;
  Numeric numeric = find_numeric (description, &number);

  if (numeric != N_NUMERIC && (g_str_equal (language, "js") || g_str_equal (language, "python")))
    {
      Language index = g_str_equal (language, "js") ? LANGUAGE_JS : LANGUAGE_PYTHON;

      self->contents = insert_number (numerics[numeric].code[index], number);
      self->summary = insert_number (numerics[numeric].summary, number);
      self->is_known = TRUE;
    }
  else
    {
      fill_in_text (self, file, description);
    }

  return self;
}

void
sb_rehearsal_program_free (SbRehearsalProgram *self)
{
  if (self == NULL)
    return;

  g_free (self->contents);
  g_free (self->summary);
  g_free (self);
}

/* A name for the program that is described, without a suffix; NULL when it is not known by heart. */
const char *
sb_rehearsal_program_name (const char *description)
{
  guint number = 0;
  Numeric numeric = find_numeric (description, &number);
  g_autofree char *hello = fetch_group ("\\b(hello,? world)", description);

  if (numeric != N_NUMERIC)
    return numerics[numeric].name;

  return hello != NULL ? "hello" : NULL;
}

/* For a Markdown fence. */
const char *
sb_rehearsal_program_language (const char *file)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      if (g_str_has_suffix (file, files[i].suffix))
        return files[i].language;
    }

  return "text";
}

/* What runs the file; NULL when it is no program. */
const char *
sb_rehearsal_program_runner (const char *file)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      if (g_str_has_suffix (file, files[i].suffix))
        return files[i].runner;
    }

  return NULL;
}
