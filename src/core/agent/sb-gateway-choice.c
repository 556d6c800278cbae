/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-choice.h"

#include "sb-json.h"
#include "sb-sandbox-endpoint.h"
#include "sb-server-container.h"

#define TOKEN_NAME "gateway/token"
#define MAX_SIZE (64 * 1024)

struct _SbGatewayChoice
{
  GObject parent_instance;

  /* owned */
  SbGateway         *gateway;
  SbSandboxManager  *sandboxes;
  SbApprovals       *approvals;
  SbSecrets         *secrets;
  SbDockerClient    *docker;   /* nullable */
  SbSandboxEndpoint *endpoint; /* nullable: while a gateway in a container runs or is planned */
  char              *path;
  char              *url;      /* nullable: of the external one that was used last */
  char              *image;    /* nullable: the usual one */

  SbGatewayMode       mode;
  SbOfficialTransport transport;
};

enum
{
  CHANGED,
  PROBLEM,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbGatewayChoice, sb_gateway_choice, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static const char * const modes[] = { "built-in", "official", "external", NULL };
static const char * const transports[] = { "stdio", "sse", "streaming", NULL };

/* What is being asked for, until the token or the endpoint is there. */
typedef struct
{
  char                *url;
  char                *token;
  char                *image;
  SbOfficialTransport  transport;
} Wish;

static void
wish_free (Wish *wish)
{
  g_free (wish->url);
  g_free (wish->token);
  g_free (wish->image);
  g_free (wish);
}

static void
tell_problem (SbGatewayChoice *self,
              const GError    *error)
{
  g_signal_emit (self, signals[PROBLEM], 0, "The other gateway is not used", error->message);
}

/* The file */

static guint
find_word (const char * const *words,
           const char         *word)
{
  for (guint i = 0; word != NULL && words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      return i;

  return 0;
}

/* What cannot be read is as if there was nothing. */
static void
load (SbGatewayChoice *self)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr(JsonObject) root = NULL;

  if (!g_file_get_contents (self->path, &text, &length, NULL) || length > MAX_SIZE)
    return;
  root = sb_json_parse_object (text, length, NULL);
  if (root == NULL)
    return;

  self->mode = find_word (modes, sb_json_get_string (root, "mode"));
  self->transport = find_word (transports, sb_json_get_string (root, "transport"));
  self->url = g_strdup (sb_json_get_string (root, "url"));
  self->image = g_strdup (sb_json_get_string (root, "image"));
  if (self->mode == SB_GATEWAY_EXTERNAL && self->url == NULL)
    self->mode = SB_GATEWAY_BUILT_IN;
}

static gboolean
save (SbGatewayChoice  *self,
      GError          **error)
{
  g_autoptr(JsonObject) root = json_object_new ();
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *text = NULL;

  json_object_set_string_member (root, "mode", modes[self->mode]);
  json_object_set_string_member (root, "transport", transports[self->transport]);
  if (self->url != NULL)
    json_object_set_string_member (root, "url", self->url);
  if (self->image != NULL)
    json_object_set_string_member (root, "image", self->image);
  text = sb_json_object_to_string (root);
  g_mkdir_with_parents (folder, 0700);

  return g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static gboolean
keep (SbGatewayChoice  *self,
      SbGatewayMode     mode,
      GError          **error)
{
  self->mode = mode;
  if (mode != SB_GATEWAY_OFFICIAL)
    g_clear_object (&self->endpoint);
  g_signal_emit (self, signals[CHANGED], 0);

  return save (self, error);
}

/* A gateway at an address */

static void
use_external (GTask      *task,
              const char *token)
{
  SbGatewayChoice *self = g_task_get_source_object (task);
  Wish *wish = g_task_get_task_data (task);
  GError *error = NULL;

  if (!sb_gateway_use_external (self->gateway, wish->url, token != NULL && *token != '\0' ? token : NULL, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_free (self->url);
  self->url = g_strdup (wish->url);
  if (keep (self, SB_GATEWAY_EXTERNAL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
token_stored_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Wish *wish = g_task_get_task_data (task);
  GError *error = NULL;

  if (!sb_secrets_store_finish (SB_SECRETS (source), result, &error))
    g_task_return_error (task, error);
  else
    use_external (task, wish->token);
}

static void
token_found_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autofree char *token = sb_secrets_lookup_finish (SB_SECRETS (source), result, NULL);

  /* Without its token the gateway says itself that it wants one. */
  use_external (task, token);
}

static void
external_started_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  SbGatewayChoice *self = SB_GATEWAY_CHOICE (source);
  g_autoptr(GError) error = NULL;

  if (!sb_gateway_choice_use_external_finish (self, result, &error))
    tell_problem (self, error);
}

/* A gateway in a container */

static SbOfficialOptions
make_options (SbGatewayChoice     *self,
              const char          *image,
              SbOfficialTransport  transport)
{
  return (SbOfficialOptions) {
    .transport = transport,
    .image = image != NULL && *image != '\0' ? image : NULL,
    .sandbox_url = self->endpoint != NULL ? sb_sandbox_endpoint_get_url (self->endpoint) : NULL,
    .sandbox_token = self->endpoint != NULL ? sb_sandbox_endpoint_get_token (self->endpoint) : NULL,
  };
}

static void
return_plan (GTask *task)
{
  SbGatewayChoice *self = g_task_get_source_object (task);
  Wish *wish = g_task_get_task_data (task);
  const SbOfficialOptions options = make_options (self, wish->image, wish->transport);
  GError *error = NULL;
  SbOfficialPlan *plan = sb_gateway_plan_official (self->gateway, &options, &error);

  if (plan != NULL)
    g_task_return_pointer (task, plan, (GDestroyNotify) sb_official_plan_unref);
  else
    g_task_return_error (task, error);
}

static void
planned_endpoint_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbGatewayChoice *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr(SbSandboxEndpoint) endpoint = sb_sandbox_endpoint_open_finish (result, &error);

  if (endpoint == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->endpoint == NULL)
    self->endpoint = g_steal_pointer (&endpoint);
  return_plan (task);
}

static void
resume_official (SbGatewayChoice *self)
{
  const SbOfficialOptions options = make_options (self, self->image, self->transport);
  g_autoptr(GError) error = NULL;

  if (self->mode == SB_GATEWAY_OFFICIAL && !sb_gateway_use_official (self->gateway, &options, &error))
    tell_problem (self, error);
}

static void
resumed_endpoint_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(SbGatewayChoice) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandboxEndpoint) endpoint = sb_sandbox_endpoint_open_finish (result, &error);

  if (endpoint == NULL)
    tell_problem (self, error);
  else if (self->mode == SB_GATEWAY_OFFICIAL)
    g_set_object (&self->endpoint, endpoint);
  resume_official (self);
  sb_gateway_set_docker (self->gateway, self->docker);
}

static void
sb_gateway_choice_dispose (GObject *object)
{
  SbGatewayChoice *self = SB_GATEWAY_CHOICE (object);

  g_clear_object (&self->endpoint);
  g_clear_object (&self->docker);
  g_clear_object (&self->secrets);
  g_clear_object (&self->gateway);
  g_clear_object (&self->sandboxes);
  g_clear_object (&self->approvals);

  G_OBJECT_CLASS (sb_gateway_choice_parent_class)->dispose (object);
}

static void
sb_gateway_choice_finalize (GObject *object)
{
  SbGatewayChoice *self = SB_GATEWAY_CHOICE (object);

  g_free (self->path);
  g_free (self->url);
  g_free (self->image);

  G_OBJECT_CLASS (sb_gateway_choice_parent_class)->finalize (object);
}

static void
sb_gateway_choice_class_init (SbGatewayChoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_gateway_choice_dispose;
  object_class->finalize = sb_gateway_choice_finalize;

  signals[CHANGED] = g_signal_new ("changed",
                                   G_TYPE_FROM_CLASS (klass),
                                   G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[PROBLEM] = g_signal_new ("problem",
                                   G_TYPE_FROM_CLASS (klass),
                                   G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
sb_gateway_choice_init (SbGatewayChoice *self)
{
}

/**
 * sb_gateway_choice_new:
 * @path: of the file that keeps it; secrets are never in it
 */
SbGatewayChoice *
sb_gateway_choice_new (SbGateway        *gateway,
                       SbSandboxManager *sandboxes,
                       SbApprovals      *approvals,
                       SbSecrets        *secrets,
                       const char       *path)
{
  SbGatewayChoice *self = g_object_new (SB_TYPE_GATEWAY_CHOICE, NULL);

  self->gateway = g_object_ref (gateway);
  self->sandboxes = g_object_ref (sandboxes);
  self->approvals = g_object_ref (approvals);
  self->secrets = g_object_ref (secrets);
  self->path = g_strdup (path);
  load (self);

  return self;
}

void
sb_gateway_choice_start (SbGatewayChoice *self)
{
  g_return_if_fail (SB_IS_GATEWAY_CHOICE (self));

  if (self->mode == SB_GATEWAY_EXTERNAL)
    sb_gateway_choice_use_external_async (self, self->url, NULL, external_started_cb, NULL);
  /* It is blocked until the engine and the endpoint are there, and says so; no other servers start meanwhile. */
  else if (sb_gateway_get_docker (self->gateway) == NULL)
    resume_official (self);
}

void
sb_gateway_choice_set_docker (SbGatewayChoice *self,
                              SbDockerClient  *docker)
{
  g_return_if_fail (SB_IS_GATEWAY_CHOICE (self));

  if (!g_set_object (&self->docker, docker))
    return;

  /* Another engine has another bridge. */
  g_clear_object (&self->endpoint);
  if (docker != NULL && self->mode == SB_GATEWAY_OFFICIAL)
    sb_sandbox_endpoint_open_async (self->sandboxes, self->approvals, docker, NULL,
                                    resumed_endpoint_cb, g_object_ref (self));
  else
    sb_gateway_set_docker (self->gateway, docker);
}

SbGatewayMode
sb_gateway_choice_get_mode (SbGatewayChoice *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_CHOICE (self), SB_GATEWAY_BUILT_IN);

  return self->mode;
}

const char *
sb_gateway_choice_get_url (SbGatewayChoice *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_CHOICE (self), NULL);

  return self->url;
}

const char *
sb_gateway_choice_get_image (SbGatewayChoice *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_CHOICE (self), NULL);

  return self->image != NULL ? self->image : SB_OFFICIAL_IMAGE;
}

SbOfficialTransport
sb_gateway_choice_get_transport (SbGatewayChoice *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_CHOICE (self), SB_OFFICIAL_STDIO);

  return self->transport;
}

gboolean
sb_gateway_choice_use_built_in (SbGatewayChoice  *self,
                                GError          **error)
{
  g_return_val_if_fail (SB_IS_GATEWAY_CHOICE (self), FALSE);

  sb_gateway_use_built_in (self->gateway);

  return keep (self, SB_GATEWAY_BUILT_IN, error);
}

/**
 * sb_gateway_choice_use_external_async:
 *
 * Fails with SB_CATALOG_ERROR for what is no address, and when the token cannot be kept; nothing has changed then.
 */
void
sb_gateway_choice_use_external_async (SbGatewayChoice     *self,
                                      const char          *url,
                                      const char          *token,
                                      GAsyncReadyCallback  callback,
                                      gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Wish *wish = g_new0 (Wish, 1);

  g_task_set_source_tag (task, sb_gateway_choice_use_external_async);
  wish->url = g_strdup (url);
  wish->token = g_strdup (token);
  g_task_set_task_data (task, wish, (GDestroyNotify) wish_free);
  if (token != NULL)
    sb_secrets_store_async (self->secrets, TOKEN_NAME, *token != '\0' ? token : NULL, NULL, token_stored_cb, task);
  else
    sb_secrets_lookup_async (self->secrets, TOKEN_NAME, NULL, token_found_cb, task);
}

gboolean
sb_gateway_choice_use_external_finish (SbGatewayChoice  *self,
                                       GAsyncResult     *result,
                                       GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_gateway_choice_plan_async:
 * @image: (nullable): the usual one
 *
 * Opens the address of the sandbox server, since the catalog names it. Fails with SB_GATEWAY_ERROR when there is no
 * engine.
 */
void
sb_gateway_choice_plan_async (SbGatewayChoice     *self,
                              const char          *image,
                              SbOfficialTransport  transport,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);
  Wish *wish = g_new0 (Wish, 1);

  g_task_set_source_tag (task, sb_gateway_choice_plan_async);
  wish->image = g_strdup (image);
  wish->transport = transport;
  g_task_set_task_data (task, wish, (GDestroyNotify) wish_free);
  if (self->endpoint != NULL)
    return_plan (task);
  else if (self->docker != NULL)
    sb_sandbox_endpoint_open_async (self->sandboxes, self->approvals, self->docker, NULL,
                                    planned_endpoint_cb, g_steal_pointer (&task));
  else
    g_task_return_new_error (task, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_SETUP,
                             "No engine answers. Start Docker or Podman, then try again.");
}

/* Returns: (transfer full) */
SbOfficialPlan *
sb_gateway_choice_plan_finish (SbGatewayChoice  *self,
                               GAsyncResult     *result,
                               GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
sb_gateway_choice_use_official (SbGatewayChoice      *self,
                                const char           *image,
                                SbOfficialTransport   transport,
                                GError              **error)
{
  SbOfficialOptions options;

  g_return_val_if_fail (SB_IS_GATEWAY_CHOICE (self), FALSE);

  options = make_options (self, image, transport);
  if (!sb_gateway_use_official (self->gateway, &options, error))
    return FALSE;

  g_free (self->image);
  self->image = g_strdup (options.image);
  self->transport = transport;

  return keep (self, SB_GATEWAY_OFFICIAL, error);
}

void
sb_gateway_choice_drop_plan (SbGatewayChoice *self)
{
  g_return_if_fail (SB_IS_GATEWAY_CHOICE (self));

  if (self->mode != SB_GATEWAY_OFFICIAL)
    g_clear_object (&self->endpoint);
}
