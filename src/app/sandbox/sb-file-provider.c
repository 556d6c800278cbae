/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-provider.h"

struct _SbFileProvider
{
  GdkContentProvider parent_instance;

  SbFileLoan *loan; /* owned */
};

/* Where the list of one file is to be written. */
typedef struct
{
  /* owned */
  GOutputStream *stream;
  char          *mime_type;

  int priority;
} Writing;

enum
{
  FAILED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbFileProvider, sb_file_provider, GDK_TYPE_CONTENT_PROVIDER)

static guint signals[N_SIGNALS];

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  g_object_unref (writing->stream);
  g_free (writing->mime_type);
  g_free (writing);
}

/* As text: for a program on this machine, or, by way of the portal, one in a sandbox of its own. Not as an object,
 * which would have to be there at once. */
static GdkContentFormats *
sb_file_provider_ref_formats (GdkContentProvider *provider)
{
  g_autoptr(GdkContentFormats) formats = gdk_content_formats_new_for_gtype (GDK_TYPE_FILE_LIST);
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();
  const char * const *mime_types = NULL;
  gsize n_mime_types = 0;

  formats = gdk_content_formats_union_serialize_mime_types (g_steal_pointer (&formats));
  mime_types = gdk_content_formats_get_mime_types (formats, &n_mime_types);
  for (gsize i = 0; i < n_mime_types; i++)
    gdk_content_formats_builder_add_mime_type (builder, mime_types[i]);

  return gdk_content_formats_builder_free_to_formats (builder);
}

static void
serialized_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (gdk_content_serialize_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbFileProvider *self = g_task_get_source_object (task);
  Writing *writing = g_task_get_task_data (task);
  GError *error = NULL;
  GFile *file = sb_file_loan_fetch_finish (SB_FILE_LOAN (source), result, &error);
  g_autoptr(GSList) files = NULL;
  g_auto(GValue) value = G_VALUE_INIT;

  if (file == NULL)
    {
      g_signal_emit (self, signals[FAILED], 0, error);
      g_task_return_error (task, error);
      return;
    }

  files = g_slist_append (NULL, file);
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  gdk_content_serialize_async (writing->stream, writing->mime_type, &value, writing->priority,
                               g_task_get_cancellable (task), serialized_cb, g_object_ref (task));
}

static void
sb_file_provider_write_mime_type_async (GdkContentProvider  *provider,
                                        const char          *mime_type,
                                        GOutputStream       *stream,
                                        int                  io_priority,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data)
{
  SbFileProvider *self = SB_FILE_PROVIDER (provider);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Writing *writing = g_new0 (Writing, 1);

  writing->stream = g_object_ref (stream);
  writing->mime_type = g_strdup (mime_type);
  writing->priority = io_priority;
  g_task_set_source_tag (task, sb_file_provider_write_mime_type_async);
  g_task_set_task_data (task, writing, writing_free);
  sb_file_loan_fetch_async (self->loan, cancellable, fetched_cb, task);
}

static gboolean
sb_file_provider_write_mime_type_finish (GdkContentProvider  *provider,
                                         GAsyncResult        *result,
                                         GError             **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
sb_file_provider_dispose (GObject *object)
{
  g_clear_object (&SB_FILE_PROVIDER (object)->loan);

  G_OBJECT_CLASS (sb_file_provider_parent_class)->dispose (object);
}

static void
sb_file_provider_class_init (SbFileProviderClass *klass)
{
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_file_provider_dispose;
  provider_class->ref_formats = sb_file_provider_ref_formats;
  provider_class->write_mime_type_async = sb_file_provider_write_mime_type_async;
  provider_class->write_mime_type_finish = sb_file_provider_write_mime_type_finish;

  signals[FAILED] = g_signal_new ("failed", SB_TYPE_FILE_PROVIDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
sb_file_provider_init (SbFileProvider *self)
{
}

GdkContentProvider *
sb_file_provider_new (SbFileLoan *loan)
{
  SbFileProvider *self = g_object_new (SB_TYPE_FILE_PROVIDER, NULL);

  self->loan = g_object_ref (loan);

  return GDK_CONTENT_PROVIDER (self);
}
