package dataconnectors;

import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;

/** The functions of the C library that this package calls. A test compares them with the header. */
final class Functions {
    private static final SymbolLookup LIBRARY = Library.open();

    /** The prototypes of all of them. */
    static final List<String> PROTOTYPES = new ArrayList<>();

    static final Function ERROR_MESSAGE = find("const char * dc_error_message(const dc_error *)");
    static final Function ERROR_HTTP_STATUS = find("int32_t dc_error_http_status(const dc_error *)");
    static final Function ERROR_API_CODE = find("const char * dc_error_api_code(const dc_error *)");
    static final Function ERROR_API_FIELD = find("const char * dc_error_api_field(const dc_error *)");
    static final Function ERROR_REQUEST_ID = find("const char * dc_error_request_id(const dc_error *)");
    static final Function ERROR_RETRY_AFTER_MS = find("int64_t dc_error_retry_after_ms(const dc_error *)");
    static final Function ERROR_RATE_LIMIT =
            find("void dc_error_rate_limit(const dc_error *, int64_t *, int64_t *, int64_t *)");
    static final Function ERROR_ATTEMPTS = find("int32_t dc_error_attempts(const dc_error *)");
    static final Function ERROR_FREE = find("void dc_error_free(dc_error *)");

    static final Function CONFIG_NEW = find("dc_config * dc_config_new()");
    static final Function CONFIG_FREE = find("void dc_config_free(dc_config *)");
    static final Function CONFIG_SET_STRING =
            find("dc_status dc_config_set_string(dc_config *, const char *, const char *, dc_error **)");
    static final Function SET_INTERRUPT_CHECK = find("dc_status dc_config_set_interrupt_check("
            + "dc_config *, dc_interrupt_callback, void *, dc_destroy_callback, dc_error **)");

    static final Function CLIENT_NEW = find("dc_status dc_client_new(const dc_config *, dc_client **, dc_error **)");
    static final Function CLIENT_SHUTDOWN = find("void dc_client_shutdown(const dc_client *)");
    static final Function CLIENT_FREE = find("void dc_client_free(dc_client *)");

    static final Function CANCEL_TOKEN_NEW = find("dc_status dc_cancel_token_new(dc_cancel_token **, dc_error **)");
    static final Function CANCEL_TOKEN_CANCEL = find("void dc_cancel_token_cancel(const dc_cancel_token *)");
    static final Function CANCEL_TOKEN_IS_CANCELLED =
            find("int32_t dc_cancel_token_is_cancelled(const dc_cancel_token *)");
    static final Function CANCEL_TOKEN_FREE = find("void dc_cancel_token_free(dc_cancel_token *)");

    static final Function PAGE_JSON = find("const char * dc_page_json(const dc_page *)");
    static final Function PAGE_JSON_LEN = find("size_t dc_page_json_len(const dc_page *)");
    static final Function PAGE_COUNT = find("size_t dc_page_count(const dc_page *)");
    static final Function PAGE_NEXT_CURSOR = find("const char * dc_page_next_cursor(const dc_page *)");
    static final Function PAGE_HAS_NEXT = find("int32_t dc_page_has_next(const dc_page *)");
    static final Function PAGE_REQUEST_ID = find("const char * dc_page_request_id(const dc_page *)");
    static final Function PAGE_RATE_LIMIT =
            find("void dc_page_rate_limit(const dc_page *, int64_t *, int64_t *, int64_t *)");
    static final Function PAGE_PACKED_ROWS =
            find("const char * dc_page_packed_rows(const dc_page *, int32_t, size_t *)");
    static final Function PAGE_FREE = find("void dc_page_free(dc_page *)");

    static final Function LIST_PAGE = find("dc_status dc_list_page("
            + "const dc_client *, int32_t, const char *, const dc_cancel_token *, dc_page **, dc_error **)");

    static final Function PAGER_NEW = find(
            "dc_status dc_pager_new(const dc_client *, int32_t, const char *, dc_pager **, dc_error **)");
    static final Function PAGER_SET_PREFETCH =
            find("dc_status dc_pager_set_prefetch(dc_pager *, int32_t, dc_error **)");
    static final Function PAGER_NEXT =
            find("dc_status dc_pager_next(dc_pager *, const dc_cancel_token *, dc_page **, dc_error **)");
    static final Function PAGER_CURSOR = find("const char * dc_pager_cursor(const dc_pager *)");
    static final Function PAGER_FREE = find("void dc_pager_free(dc_pager *)");

    private Functions() {
    }

    private static Function find(String prototype) {
        PROTOTYPES.add(prototype);
        return Function.find(LIBRARY, prototype);
    }
}
