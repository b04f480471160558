<?php

/** The library itself: its functions with their types, where it is looked for, and whether it is the right one. */

declare(strict_types=1);

namespace DataConnectors;

use FFI;

/** @internal */
final class Library
{
    public const ABI_VERSION = 1;

    /** The functions that are used, as the header has them; but as bytes what PHP would else read to its first NUL. */
    public const FUNCTIONS = <<<'C'
        typedef int32_t dc_status;
        typedef struct dc_error dc_error;
        typedef struct dc_config dc_config;
        typedef struct dc_client dc_client;
        typedef struct dc_cancel_token dc_cancel_token;
        typedef struct dc_page dc_page;
        typedef struct dc_connector dc_connector;
        typedef struct dc_pager dc_pager;
        typedef void (*dc_drop_callback)(void *user_data);
        typedef int32_t (*dc_interrupt_callback)(void *user_data);

        int32_t dc_abi_version(void);
        const char *dc_status_name(dc_status status);
        dc_status dc_error_status(const dc_error *error);
        const char *dc_error_message(const dc_error *error);
        int32_t dc_error_http_status(const dc_error *error);
        const char *dc_error_api_code(const dc_error *error);
        const char *dc_error_api_field(const dc_error *error);
        const char *dc_error_request_id(const dc_error *error);
        int64_t dc_error_retry_after_ms(const dc_error *error);
        int64_t dc_error_rate_limit(const dc_error *error);
        int64_t dc_error_rate_limit_remaining(const dc_error *error);
        int64_t dc_error_rate_limit_reset(const dc_error *error);
        int32_t dc_error_attempts(const dc_error *error);
        void dc_error_free(dc_error *error);
        dc_config *dc_config_new(void);
        dc_status dc_config_set_token(dc_config *config, const char *token, dc_error **out_error);
        dc_status dc_config_set_region(dc_config *config, const char *region, dc_error **out_error);
        dc_status dc_config_set_base_url(dc_config *config, const char *base_url, dc_error **out_error);
        dc_status dc_config_set_allow_insecure_http(dc_config *config, int32_t allow, dc_error **out_error);
        dc_status dc_config_set_api_version(dc_config *config, const char *api_version, dc_error **out_error);
        dc_status dc_config_set_user_agent_suffix(dc_config *config, const char *suffix, dc_error **out_error);
        dc_status dc_config_set_timeout_ms(dc_config *config, int64_t timeout_ms, dc_error **out_error);
        dc_status dc_config_set_connect_timeout_ms(dc_config *config, int64_t timeout_ms, dc_error **out_error);
        dc_status dc_config_set_max_retries(dc_config *config, int32_t max_retries, dc_error **out_error);
        dc_status dc_config_set_max_response_bytes(dc_config *config, int64_t max_bytes, dc_error **out_error);
        dc_status dc_config_set_pacing(dc_config *config, int32_t wait, dc_error **out_error);
        dc_status dc_config_set_proxy(dc_config *config, const char *proxy, dc_error **out_error);
        dc_status dc_config_set_no_proxy(dc_config *config, const char *hosts, dc_error **out_error);
        dc_status dc_config_set_ca_file(dc_config *config, const char *path, dc_error **out_error);
        dc_status dc_config_set_system_roots(dc_config *config, int32_t use_them, dc_error **out_error);
        dc_status dc_config_set_interrupt_check(dc_config *config, dc_interrupt_callback callback, void *user_data,
                                                dc_drop_callback drop, dc_error **out_error);
        void dc_config_free(dc_config *config);
        dc_status dc_client_new(const dc_config *config, dc_client **out_client, dc_error **out_error);
        void dc_client_shutdown(const dc_client *client);
        void dc_client_free(dc_client *client);
        dc_status dc_cancel_token_new(dc_cancel_token **out_token, dc_error **out_error);
        void dc_cancel_token_cancel(const dc_cancel_token *token);
        void dc_cancel_token_free(dc_cancel_token *token);
        const unsigned char *dc_page_json(const dc_page *page);
        size_t dc_page_json_len(const dc_page *page);
        const char *dc_page_next_cursor(const dc_page *page);
        int32_t dc_page_has_next(const dc_page *page);
        const char *dc_page_request_id(const dc_page *page);
        int64_t dc_page_rate_limit(const dc_page *page);
        int64_t dc_page_rate_limit_remaining(const dc_page *page);
        int64_t dc_page_rate_limit_reset(const dc_page *page);
        const dc_connector *dc_page_connector(const dc_page *page, size_t index);
        const unsigned char *dc_page_table(const dc_page *page);
        size_t dc_page_table_len(const dc_page *page);
        void dc_page_free(dc_page *page);
        int32_t dc_connector_state_code(const dc_connector *connector);
        int32_t dc_connector_http_method_code(const dc_connector *connector);
        int64_t dc_connector_created_at_ms(const dc_connector *connector);
        int64_t dc_connector_updated_at_ms(const dc_connector *connector);
        dc_status dc_list_page(const dc_client *client, int32_t per_page, const char *starting_after,
                               const dc_cancel_token *cancel, dc_page **out_page, dc_error **out_error);
        dc_status dc_pager_new(const dc_client *client, int32_t per_page, const char *starting_after,
                               dc_pager **out_pager, dc_error **out_error);
        dc_status dc_pager_set_prefetch(dc_pager *pager, int32_t pages, dc_error **out_error);
        dc_status dc_pager_next(dc_pager *pager, const dc_cancel_token *cancel, dc_page **out_page,
                                dc_error **out_error);
        const char *dc_pager_cursor(const dc_pager *pager);
        void dc_pager_free(dc_pager *pager);
        C;

    private static ?FFI $loaded = null;

    /** The library: loaded at first use, and checked. */
    public static function get(): FFI
    {
        return self::$loaded ??= self::load();
    }

    private static function load(): FFI
    {
        if (!\extension_loaded('ffi')) {
            throw new \RuntimeException('PHP\'s extension FFI is not loaded: install it, and set extension=ffi');
        }
        $named = (string) getenv('DATA_CONNECTORS_LIBRARY');
        $name = $named !== '' ? $named : 'libdata_connectors.so.' . self::ABI_VERSION;
        try {
            // Any library loads without functions: what then lacks one is another library, not a missing one.
            FFI::cdef('', $name);
        } catch (FFI\Exception $failure) {
            throw new \RuntimeException(match (true) {
                str_contains($failure->getMessage(), 'ffi.enable')
                    => 'PHP may not call C libraries here: set ffi.enable=true, or preload DataConnectors.php',
                $named !== '' => "DATA_CONNECTORS_LIBRARY names $name, but it can't be loaded: "
                    . 'let it name the file of the library, with its whole path',
                default => "$name can't be loaded: install libdata_connectors, "
                    . 'or let the environment variable DATA_CONNECTORS_LIBRARY name its file, with its whole path',
            }, 0, $failure);
        }
        try {
            $version = FFI::cdef('int32_t dc_abi_version(void);', $name)->dc_abi_version();
        } catch (FFI\Exception $failure) {
            throw new \RuntimeException("$name is not libdata_connectors", 0, $failure);
        }
        if ($version !== self::ABI_VERSION) {
            throw new \RuntimeException("$name has ABI version $version, and this wrapper needs " . self::ABI_VERSION
                . ': install the two in matching versions');
        }
        try {
            return FFI::cdef(self::FUNCTIONS, $name);
        } catch (FFI\Exception $failure) {
            throw new \RuntimeException("$name is older than this wrapper, install a newer one: "
                . $failure->getMessage(), 0, $failure);
        }
    }
}
