<?php

/** The library itself: its functions with their types, where it is looked for, and whether it is the right one. */

declare(strict_types=1);

namespace DataConnectors;

use FFI;

/** @internal */
final class Library
{
    public const ABI_VERSION = 1;

    public const PACKED_SEPARATED = 2;

    /** The functions in use, as in the header, except that what may contain NULs is bytes: PHP ends a string at one. */
    public const FUNCTIONS = <<<'C'
        typedef int32_t dc_status;
        typedef struct dc_error dc_error;
        typedef struct dc_config dc_config;
        typedef struct dc_client dc_client;
        typedef struct dc_cancel_token dc_cancel_token;
        typedef struct dc_page dc_page;
        typedef struct dc_pager dc_pager;
        typedef void (*dc_destroy_callback)(void *user_data);
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
        void dc_error_rate_limit(const dc_error *error, int64_t *out_limit, int64_t *out_remaining,
                                 int64_t *out_reset);
        int32_t dc_error_attempts(const dc_error *error);
        void dc_error_free(dc_error *error);
        dc_config *dc_config_new(void);
        dc_status dc_config_set_string(dc_config *config, const char *option, const char *value,
                                       dc_error **out_error);
        dc_status dc_config_set_interrupt_check(dc_config *config, dc_interrupt_callback callback, void *user_data,
                                                dc_destroy_callback destroy, dc_error **out_error);
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
        void dc_page_rate_limit(const dc_page *page, int64_t *out_limit, int64_t *out_remaining, int64_t *out_reset);
        const unsigned char *dc_page_packed_rows(const dc_page *page, int32_t format, size_t *out_length);
        void dc_page_free(dc_page *page);
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
