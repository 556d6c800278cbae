/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sample.h"

static const char primes_answer[] =
  "The sandbox is up and `hello.js` printed the first 20 primes, ending with **71**. It uses trial division up to "
  "the square root:\n"
  "\n"
  "```js hello.js\n"
  "function isPrime(n) {\n"
  "  for (let d = 2; d * d <= n; d++)\n"
  "    if (n % d === 0) return false;\n"
  "  return n > 1;\n"
  "}\n"
  "```\n";

static const char markdown_answer[] =
  "# How the sandbox is closed\n"
  "\n"
  "Code runs as **uid 1000** with *no* capabilities and ~~a network~~ nothing but `/workspace`. Read "
  "[the kernel's own words](https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html) or "
  "https://example.com for more; a [file link](file:///etc/passwd) is only text.\n"
  "\n"
  "## What is shut\n"
  "\n"
  "1. The network: there is only a loopback device, and no route leads anywhere, so that whatever tries to reach "
  "a host fails at once.\n"
  "2. The file system:\n"
  "   - the root is read-only\n"
  "   - `/workspace` is a tmpfs\n"
  "     - with a size\n"
  "3. Processes\n"
  "\n"
  "- [x] memory limit\n"
  "- [ ] disk limit\n"
  "\n"
  "> A sandbox dies with its owner.\n"
  "> That is a promise.\n"
  "\n"
  "| backend | network | start | memory |\n"
  "|:--|:-:|--:|--:|\n"
  "| Docker | none | 210 ms | 1 GiB |\n"
  "| bubblewrap | none | 12 ms | **rlimits** |\n"
  "\n"
  "---\n"
  "\n"
  "### And from right to left\n"
  "\n"
  "هذا نص عربي لاختبار الاتجاه من اليمين إلى اليسار.\n"
  "\n"
  "```python\n"
  "import math\n"
  "\n"
  "def primes(n):\n"
  "    return [p for p in range(2, n) if all(p % d for d in range(2, math.isqrt(p) + 1))]\n"
  "```\n";

static SbMessage *
add_notice (SbConversation *conversation,
            SbNoticeKind    kind,
            const char     *agent,
            const char     *text)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_NOTICE, "turn");

  sb_message_set_notice_kind (message, kind);
  sb_message_set_agent (message, agent);
  sb_message_set_text (message, text);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  sb_conversation_append (conversation, message);

  return message;
}

static void
add_speaker (SbConversation *conversation)
{
  SbMessage *speaker = add_notice (conversation, SB_NOTICE_KIND_SPEAKER, "cerebras", "Cerebras");

  sb_message_set_model (speaker, "qwen-3-coder");
  sb_message_set_duration (speaker, 710 * 1000);
}

SbMessage *
sb_sample_add_tool (SbConversation *conversation,
                    const char     *name,
                    const char     *arguments,
                    const char     *output,
                    const char     *badge,
                    gint64          duration)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_TOOL, "turn");
  g_autofree char *trace_id = g_strdup_printf ("event-%s", name);

  sb_message_set_agent (message, "cerebras");
  sb_message_set_tool_call (message, "call", name, arguments);
  sb_message_set_trace_id (message, trace_id);
  if (output != NULL)
    sb_message_append_text (message, output, -1);
  sb_message_set_badge (message, badge);
  sb_message_set_duration (message, duration);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  sb_conversation_append (conversation, message);

  return message;
}

SbMessage *
sb_sample_add_text (SbConversation *conversation,
                    SbMessageRole   role,
                    const char     *text)
{
  g_autoptr(SbMessage) message = sb_message_new (role, "turn");

  sb_message_append_text (message, text, -1);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  sb_conversation_append (conversation, message);

  return message;
}

SbConversation *
sb_sample_primes (void)
{
  SbConversation *conversation = sb_conversation_new (NULL, NULL);
  SbMessage *message;

  sb_sample_add_text (conversation, SB_MESSAGE_ROLE_USER,
                      "Initialize a sandbox, write hello.js that prints the first 20 primes, and run it");
  message = add_notice (conversation, SB_NOTICE_KIND_ROUTE, "devduck",
                        "DevDuck → Cerebras because the request writes and runs code");
  sb_message_set_duration (message, 90 * 1000);
  add_speaker (conversation);

  message = sb_sample_add_tool (conversation, "initSandbox", "{}", NULL, "ready", 41 * 1000);
  sb_message_set_result (message, "started sandbox id: quiet-otter",
                         "{\"sandboxName\":\"quiet-otter\",\"network\":\"none\"}", FALSE);
  sb_sample_add_tool (conversation, "writeFile",
                      "{\"filename\":\"/workspace/hello.js\",\"contents\":\"1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n\"}",
                      NULL, "written", 600);
  message = sb_sample_add_tool (conversation, "exec", "{\"command\":[\"node\",\"hello.js\"]}",
                                "2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71\n", "exit 0", 38 * 1000);
  sb_message_set_result (message, "stdout: 2 3 5 7 …\n\nstderr: ",
                         "{\"stdout\":\"2 3 5 7 11\\n\",\"exitCode\":0,\"durationMs\":38.2}", FALSE);
  message = sb_sample_add_text (conversation, SB_MESSAGE_ROLE_ASSISTANT, primes_answer);
  sb_message_set_agent (message, "cerebras");
  sb_message_set_usage (message, 800, 312, 210 * 1000);
  sb_message_set_duration (message, 371 * 1000);

  return conversation;
}

SbConversation *
sb_sample_markdown (void)
{
  SbConversation *conversation = sb_conversation_new (NULL, NULL);
  SbMessage *message;

  sb_sample_add_text (conversation, SB_MESSAGE_ROLE_USER, "How is the sandbox closed?");
  add_speaker (conversation);
  message = sb_sample_add_text (conversation, SB_MESSAGE_ROLE_ASSISTANT, markdown_answer);
  sb_message_append_reasoning (message, "The user asks about isolation. I will list what is shut.", -1);

  return conversation;
}

SbConversation *
sb_sample_troubles (void)
{
  SbConversation *conversation = sb_conversation_new (NULL, NULL);
  SbMessage *message;
  GString *lines = g_string_new (NULL);

  for (guint i = 1; i <= 400; i++)
    g_string_append_printf (lines, "line %u of the log, which says nothing of interest\n", i);

  sb_sample_add_text (conversation, SB_MESSAGE_ROLE_USER, "Fetch a page");
  add_speaker (conversation);
  sb_sample_add_tool (conversation, "exec", "{\"command\":[\"curl\",\"https://google.com\"]}",
                      "curl: (6) Could not resolve host: google.com\n", "no network", 12 * 1000);
  sb_sample_add_tool (conversation, "exec", "{\"command\":[\"sh\",\"-c\",\"npm test && echo done\"]}",
                      lines->str, "exit 1", 2300 * 1000);
  message = sb_sample_add_tool (conversation, "exec",
                                "{\"command\":[\"node\",\"a-very-long-name-of-a-script-that-does-not-fit.js\","
                                "\"--with\",\"many\",\"arguments\",\"and more\"]}",
                                "still going\n", NULL, 5 * 1000 * 1000);
  sb_message_set_state (message, SB_MESSAGE_STATE_STREAMING);
  message = sb_sample_add_tool (conversation, "listFiles", "not json", NULL, NULL, -1);
  sb_message_set_state (message, SB_MESSAGE_STATE_PENDING);
  message = sb_sample_add_tool (conversation, "teleport", "{}", NULL, "failed", 0);
  sb_message_set_result (message, "There is no tool named teleport.", NULL, TRUE);
  sb_message_set_state (message, SB_MESSAGE_STATE_FAILED);
  message = sb_sample_add_text (conversation, SB_MESSAGE_ROLE_ASSISTANT, "I was about to say that");
  sb_message_set_state (message, SB_MESSAGE_STATE_STOPPED);
  message = add_notice (conversation, SB_NOTICE_KIND_INFO, "cerebras", "The answer was cut at the token limit.");
  sb_message_set_hint (message, "Ask it to go on.");
  message = add_notice (conversation, SB_NOTICE_KIND_ERROR, "cerebras", "The server refused the API key (401).");
  sb_message_set_hint (message, "Check the key in the preferences, or set CEREBRAS_API_KEY and start again.");
  sb_message_set_can_retry (message, TRUE);
  sb_message_set_trace_id (message, "event-error");
  g_string_free (lines, TRUE);

  return conversation;
}

SbConversation *
sb_sample_long (guint n_messages)
{
  SbConversation *conversation = sb_conversation_new (NULL, NULL);

  for (guint i = 0; i < n_messages; i++)
    {
      g_autofree char *text =
        i % 2 == 0
        ? g_strdup_printf ("Question %u: what does the next step of this long story look like?", i)
        : g_strdup_printf ("Answer %u. The quick brown fox jumps over the lazy dog, and **then** it thinks about "
                           "`what` comes next, at some length, so that the paragraph wraps.\n\nA second paragraph "
                           "goes on for a while as well: pack my box with five dozen liquor jugs, how vexingly quick "
                           "daft zebras jump; sphinx of black quartz, judge my vow.\n\n- one thing\n- another thing\n"
                           "\nAnd it ends with a sentence that is not very interesting, but makes the message about "
                           "as long as messages of this kind are in the wild, which is some six hundred bytes.", i);

      sb_sample_add_text (conversation, i % 2 == 0 ? SB_MESSAGE_ROLE_USER : SB_MESSAGE_ROLE_ASSISTANT, text);
    }

  return conversation;
}
