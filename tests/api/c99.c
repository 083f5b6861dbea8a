/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar.h in strict C99, included twice, beside another copy of the Arrow structures; every exported function is named once, so
 * that one which the library does not export fails the link. */
#include "laminar.h"
#include "laminar.h"

#include <stdio.h>

typedef void (*Function)(void);
#define F(name)                                                                                                                    \
    {                                                                                                                              \
#name, (Function)name                                                                                                      \
    }
static const struct {
    const char *name;
    Function function;
} functions[] = {
    F(laminar_last_error),
    F(laminar_last_error_code),
    F(laminar_clear_error),
    F(laminar_string_free),
    F(laminar_version),
    F(laminar_open),
    F(laminar_close),
    F(laminar_execute),
    F(laminar_query),
    F(laminar_query_stream),
    F(laminar_start),
    F(laminar_is_closed),
    F(laminar_get_schema),
    F(laminar_list_sources),
    F(laminar_schema_num_fields),
    F(laminar_schema_field_name),
    F(laminar_schema_field_type),
    F(laminar_schema_free),
    F(laminar_writer_create),
    F(laminar_writer_write),
    F(laminar_writer_flush),
    F(laminar_writer_close),
    F(laminar_writer_free),
    F(laminar_result_schema),
    F(laminar_result_num_rows),
    F(laminar_result_num_batches),
    F(laminar_result_get_batch),
    F(laminar_result_free),
    F(laminar_stream_schema),
    F(laminar_stream_next),
    F(laminar_stream_try_next),
    F(laminar_stream_is_active),
    F(laminar_stream_cancel),
    F(laminar_stream_free),
    F(laminar_batch_num_rows),
    F(laminar_batch_num_columns),
    F(laminar_batch_free),
    F(laminar_batch_export),
    F(laminar_schema_export),
    F(laminar_batch_export_column),
    F(laminar_batch_import),
    F(laminar_batch_create),
    F(laminar_subscribe_callback),
    F(laminar_subscription_cancel),
    F(laminar_subscription_is_active),
    F(laminar_subscription_user_data),
    F(laminar_subscription_free),
    /* additive */
    F(laminar_last_error_detail),
    F(laminar_open_with_config),
    F(laminar_set_variable),
    F(laminar_interrupt),
    F(laminar_execute_info),
    F(laminar_split),
    F(laminar_is_query),
    F(laminar_wait_idle),
    F(laminar_keyword),
    F(laminar_register_lookup),
    F(laminar_lookup_num_keys),
    F(laminar_lookup_key_i64),
    F(laminar_lookup_key_text),
    F(laminar_lookup_row),
    F(laminar_lookup_rows),
    F(laminar_lookup_done),
    F(laminar_lookup_fail),
    F(laminar_schema_field_sql_type),
    F(laminar_writer_push),
    F(laminar_writer_watermark),
    F(laminar_writer_current_watermark),
    F(laminar_row_begin),
    F(laminar_row_null),
    F(laminar_row_bool),
    F(laminar_row_i64),
    F(laminar_row_f64),
    F(laminar_row_decimal),
    F(laminar_row_text),
    F(laminar_row_timestamp),
    F(laminar_row_end),
    F(laminar_row_push),
    F(laminar_result_export_stream),
    F(laminar_stream_next_timeout),
    F(laminar_stream_stats),
    F(laminar_batch_export_views),
    F(laminar_batch_weight),
    F(laminar_batch_text),
    F(laminar_batch_json),
    F(laminar_batch_schema),
    F(laminar_subscribe),
    F(laminar_subscription_next),
    F(laminar_subscription_schema),
    F(laminar_subscription_fd),
    F(laminar_subscription_close),
    F(laminar_subscription_release),
};

int main(void)
{
    size_t i, n = sizeof(functions) / sizeof(functions[0]);
    for (i = 0; i < n; i++)
        if (!functions[i].function)
            printf("%s is missing\n", functions[i].name);
    printf("%d passed, 0 failed, 0 skipped\n", (int)n);
    return 0;
}
