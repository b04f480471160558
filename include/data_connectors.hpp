/*
 * libdata_connectors for C++17: handles that free themselves, exceptions, and ranges over pages and connectors, on top
 * of data_connectors.h. License: MIT OR Apache-2.0.
 *
 *     #include <data_connectors.hpp>
 *     #include <cstdlib>
 *     #include <iostream>
 *
 *     int main()
 *     {
 *         namespace dc = data_connectors;
 *         const char *token = std::getenv("INTERCOM_ACCESS_TOKEN");
 *
 *         try {
 *             dc::client client(dc::config().token(token != nullptr ? token : ""));
 *             for (const dc::connector &connector : client.list(50))
 *                 std::cout << connector.id().value_or("?") << ' ' << connector.name().value_or("?") << '\n';
 *         } catch (const dc::error &error) {
 *             std::cerr << error.what() << '\n';
 *             return 1;
 *         }
 *     }
 *
 * Handles can be moved, but not copied. A std::string_view is owned by the object that returned it, and a connector by
 * its page, which a range of connectors frees when it advances to the next page: copy what you keep. An absent value is
 * std::nullopt. Functions throw data_connectors::error when the C function fails. Thread safety is as in the C header;
 * a range must not be used by two threads at once. Since: 0.1.0.
 */

#ifndef DATA_CONNECTORS_HPP
#define DATA_CONNECTORS_HPP

#include "data_connectors.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace data_connectors {

/** The rate limit that a response reported. */
struct rate_limit {
    std::optional<std::int64_t> limit;     /**< Requests allowed in the current window. */
    std::optional<std::int64_t> remaining; /**< Requests that remain in it. */
    std::optional<std::int64_t> reset;     /**< Its end, in seconds since the Unix epoch. */
};

namespace detail {

template <auto Free>
struct deleter {
    template <typename T>
    void operator()(T *handle) const noexcept
    {
        Free(handle);
    }
};

template <typename T, auto Free>
using owned = std::unique_ptr<T, deleter<Free>>;

inline std::string_view string(const char *value) { return value != nullptr ? value : ""; }

inline std::optional<std::string_view> optional_string(const char *value)
{
    return value != nullptr ? std::optional<std::string_view>(value) : std::nullopt;
}

template <typename T>
std::optional<T> optional_number(T value)
{
    return value >= 0 ? std::optional<T>(value) : std::nullopt;
}

template <typename Function, typename T>
rate_limit read_rate_limit(Function read, const T *handle)
{
    std::int64_t limit, remaining, reset;
    read(handle, &limit, &remaining, &reset);
    return {optional_number(limit), optional_number(remaining), optional_number(reset)};
}

/** Must precede all other calls: a library with another ABI version is incompatible. */
inline void check_abi()
{
    if (dc_abi_version() != DC_ABI_VERSION)
        throw std::runtime_error("the loaded library has ABI version " + std::to_string(dc_abi_version()) +
                                 ", but this program was built for " + std::to_string(DC_ABI_VERSION) +
                                 ": install the matching library");
}

template <typename Value>
struct input_iterator {
    using iterator_category = std::input_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value *;
    using reference = const Value &;
};

} // namespace detail

/** A failed call. what() is one line for users. Copying it does not throw. */
class error : public std::runtime_error {
public:
    /** Takes the status that a C function returned, and ownership of its error, which may be NULL. */
    error(dc_status status, dc_error *handle) : error(status, std::shared_ptr<dc_error>(handle, dc_error_free)) {}
    /** An invalid argument that the wrapper rejects. */
    explicit error(const std::string &what) : std::runtime_error(what), status_(DC_ERR_INVALID_ARGUMENT) {}

    /** One of DC_ERR_…. */
    dc_status status() const noexcept { return status_; }
    /** HTTP status of the response; 0 without one. */
    std::int32_t http_status() const noexcept { return dc_error_http_status(handle_.get()); }
    /** The service's error code, such as "unauthorized"; empty if absent. */
    std::string_view api_code() const { return detail::string(dc_error_api_code(handle_.get())); }
    /** The request parameter that the service rejected; empty if absent. */
    std::string_view api_field() const { return detail::string(dc_error_api_field(handle_.get())); }
    /** The service's request id; empty if absent. */
    std::string_view request_id() const { return detail::string(dc_error_request_id(handle_.get())); }
    /** The delay before the next request that the service specified. */
    std::optional<std::chrono::milliseconds> retry_after() const
    {
        const std::int64_t wait = dc_error_retry_after_ms(handle_.get());
        return wait >= 0 ? std::optional(std::chrono::milliseconds(wait)) : std::nullopt;
    }
    /** The number of requests that the call made. */
    std::int32_t attempts() const noexcept { return dc_error_attempts(handle_.get()); }
    /** The rate limit after the last request. */
    rate_limit limits() const { return detail::read_rate_limit(dc_error_rate_limit, handle_.get()); }

private:
    error(dc_status status, std::shared_ptr<dc_error> handle)
        : std::runtime_error(handle ? dc_error_message(handle.get()) : dc_status_message(status)), status_(status),
          handle_(std::move(handle))
    {
    }

    dc_status status_;
    std::shared_ptr<dc_error> handle_;
};

namespace detail {

/** Calls a function that takes a dc_error ** last. */
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments)
{
    dc_error *failure = nullptr;
    const dc_status status = function(arguments..., &failure);
    if (status < 0)
        throw error(status, failure);
}

/** The same for a function that creates a handle. */
template <typename T, typename Function, typename... Arguments>
T *create(Function function, Arguments... arguments)
{
    T *created = nullptr;
    call(function, arguments..., &created);
    return created;
}

} // namespace detail

/**
 * A string argument that may be absent. A NUL inside is rejected, as C would end the string there. Refers to a C string
 * or a std::string, which must outlive it. A std::string_view is copied, and the copy is overwritten before it is
 * freed, as it may be a secret.
 */
class argument {
    template <typename T, typename U>
    static constexpr bool converts = std::is_convertible_v<const T &, U>;

public:
    /** Accepts any string, a std::optional of one, nullptr or std::nullopt. */
    template <typename T, typename = std::enable_if_t<converts<T, const char *> ||
                                                      converts<T, std::optional<std::string_view>>>>
    argument(const T &value)
    {
        if constexpr (converts<T, const char *>) {
            string_ = value;
        } else if constexpr (std::is_convertible_v<const T *, const std::string *>) {
            refer_to(value);
        } else if constexpr (std::is_same_v<T, std::optional<std::string>>) {
            if (value)
                refer_to(*value);
        } else if (const std::optional<std::string_view> string = value) {
            check(*string);
            copy_ = *string;
            string_ = copy_.c_str();
        }
    }
    argument(const argument &) = delete;
    argument &operator=(const argument &) = delete;
    ~argument()
    {
        // Compilers remove a memset() of memory that is freed next, but no volatile writes.
        volatile char *const at = copy_.data();
        for (std::size_t i = 0; i < copy_.size(); i++)
            at[i] = '\0';
    }

    /** The string for C, or NULL. */
    const char *c_str() const noexcept { return string_; }

private:
    static void check(std::string_view string)
    {
        if (string.find('\0') != std::string_view::npos)
            throw error("invalid string: contains a NUL character");
    }

    void refer_to(const std::string &string)
    {
        check(string);
        string_ = string.c_str();
    }

    const char *string_ = nullptr;
    std::string copy_;
};

/** The options of a client. Setters return the config, so that calls can be chained; std::nullopt resets an option. */
class config {
public:
    /** Creates a config with the defaults. Throws std::runtime_error if the library has another ABI version. */
    config()
    {
        detail::check_abi();
        handle_.reset(dc_config_new());
    }

    /** Sets an option by name, one of DC_OPTION_…, from a string. */
    config &set(const char *option, const argument &value)
    {
        detail::call(dc_config_set_string, get(), option, value.c_str());
        return *this;
    }
    /** Sets an option that is an integer or a boolean. */
    config &set(const char *option, std::int64_t value)
    {
        detail::call(dc_config_set_int, get(), option, value);
        return *this;
    }

    /** Sets DC_OPTION_ACCESS_TOKEN, which is required. */
    config &token(const argument &value) { return set(DC_OPTION_ACCESS_TOKEN, value); }
    /** Sets DC_OPTION_REGION. */
    config &region(const argument &value) { return set(DC_OPTION_REGION, value); }
    /** Sets DC_OPTION_BASE_URL. */
    config &base_url(const argument &value) { return set(DC_OPTION_BASE_URL, value); }
    /** Sets DC_OPTION_ALLOW_INSECURE_HTTP. */
    config &allow_insecure_http(bool value) { return set(DC_OPTION_ALLOW_INSECURE_HTTP, value); }
    /** Sets DC_OPTION_API_VERSION. */
    config &api_version(const argument &value) { return set(DC_OPTION_API_VERSION, value); }
    /** Sets DC_OPTION_USER_AGENT_SUFFIX. */
    config &user_agent_suffix(const argument &value) { return set(DC_OPTION_USER_AGENT_SUFFIX, value); }
    /** Sets DC_OPTION_TIMEOUT_MS. */
    config &timeout(std::chrono::milliseconds value) { return set(DC_OPTION_TIMEOUT_MS, value.count()); }
    /** Sets DC_OPTION_CONNECT_TIMEOUT_MS. */
    config &connect_timeout(std::chrono::milliseconds value)
    {
        return set(DC_OPTION_CONNECT_TIMEOUT_MS, value.count());
    }
    /** Sets DC_OPTION_MAX_RETRIES. */
    config &max_retries(std::int64_t value) { return set(DC_OPTION_MAX_RETRIES, value); }
    /** Sets DC_OPTION_MAX_RESPONSE_BYTES. */
    config &max_response_bytes(std::int64_t value) { return set(DC_OPTION_MAX_RESPONSE_BYTES, value); }
    /** Sets DC_OPTION_WAIT_FOR_RATE_LIMIT. */
    config &wait_for_rate_limit(bool value) { return set(DC_OPTION_WAIT_FOR_RATE_LIMIT, value); }
    /** Sets DC_OPTION_PROXY. */
    config &proxy(const argument &value) { return set(DC_OPTION_PROXY, value); }
    /** Sets DC_OPTION_NO_PROXY. */
    config &no_proxy(const argument &value) { return set(DC_OPTION_NO_PROXY, value); }
    /** Sets DC_OPTION_CA_FILE. */
    config &ca_file(const argument &value) { return set(DC_OPTION_CA_FILE, value); }
    /** Sets DC_OPTION_SYSTEM_ROOTS. */
    config &system_roots(bool value) { return set(DC_OPTION_SYSTEM_ROOTS, value); }
    /** Sets DC_OPTION_CLIENT_CERTIFICATE_FILE. */
    config &client_certificate_file(const argument &value) { return set(DC_OPTION_CLIENT_CERTIFICATE_FILE, value); }
    /** Sets DC_OPTION_CLIENT_KEY_FILE. */
    config &client_key_file(const argument &value) { return set(DC_OPTION_CLIENT_KEY_FILE, value); }

    /** The C handle, for dc_config_set_logger() and dc_config_set_interrupt_check(). Owned by this object. */
    dc_config *get() const noexcept { return handle_.get(); }

private:
    detail::owned<dc_config, dc_config_free> handle_;
};

/** Cancels calls from another thread or a signal handler. */
class cancel_token {
public:
    /** Creates a token. Throws std::runtime_error if the library has another ABI version. */
    cancel_token()
    {
        detail::check_abi();
        handle_.reset(detail::create<dc_cancel_token>(dc_cancel_token_new));
    }

    /** Creates another handle of the same token. */
    cancel_token clone() const { return cancel_token(dc_cancel_token_clone(get())); }
    /** Cancels the calls that the token was or will be passed to. */
    void cancel() const noexcept { dc_cancel_token_cancel(get()); }
    /** Returns whether the token was cancelled. */
    bool is_cancelled() const noexcept { return dc_cancel_token_is_cancelled(get()) == 1; }
    /** The C handle. Owned by this object. */
    dc_cancel_token *get() const noexcept { return handle_.get(); }

private:
    explicit cancel_token(dc_cancel_token *handle) : handle_(handle) {}

    detail::owned<dc_cancel_token, dc_cancel_token_free> handle_;
};

/** A row of a page. Valid until the page is destroyed. */
class connector {
public:
    /** A connector without fields, or a row of the C interface. */
    explicit connector(const dc_connector *row = nullptr) noexcept : row_(row) {}

    /** Any field as a string, one of DC_FIELD_…. */
    std::optional<std::string_view> field(std::int32_t number) const
    {
        std::size_t length = 0;
        const char *value = dc_connector_field(row_, number, &length);
        return value != nullptr ? std::optional(std::string_view(value, length)) : std::nullopt;
    }
    /** The row's JSON as the service sent it. */
    std::string_view json() const
    {
        std::size_t length = 0;
        const char *value = dc_connector_json(row_, &length);
        return {value, length};
    }
    /** "data_connector". */
    std::optional<std::string_view> type() const { return field(DC_FIELD_TYPE); }
    /** The id, a string of digits. */
    std::optional<std::string_view> id() const { return field(DC_FIELD_ID); }
    /** The name. */
    std::optional<std::string_view> name() const { return field(DC_FIELD_NAME); }
    /** The description. */
    std::optional<std::string_view> description() const { return field(DC_FIELD_DESCRIPTION); }
    /** "draft", "live", or a state that is added later. */
    std::optional<std::string_view> state() const { return field(DC_FIELD_STATE); }
    /** The state as one of DC_STATE_…. */
    std::optional<std::int32_t> state_code() const { return detail::optional_number(dc_connector_state_code(row_)); }
    /** "get", "post", "put", "delete" or "patch". */
    std::optional<std::string_view> http_method() const { return field(DC_FIELD_HTTP_METHOD); }
    /** The HTTP method as one of DC_HTTP_METHOD_…. */
    std::optional<std::int32_t> http_method_code() const
    {
        return detail::optional_number(dc_connector_http_method_code(row_));
    }
    /** Whether Fin may use it directly. */
    std::optional<bool> direct_fin_usage() const
    {
        const std::int32_t value = dc_connector_direct_fin_usage(row_);
        return value >= 0 ? std::optional(value == 1) : std::nullopt;
    }
    /** The id of the admin who created it. */
    std::optional<std::string_view> created_by_admin_id() const { return field(DC_FIELD_CREATED_BY_ADMIN_ID); }
    /** The id of the admin who last updated it. */
    std::optional<std::string_view> updated_by_admin_id() const { return field(DC_FIELD_UPDATED_BY_ADMIN_ID); }
    /** When it was created, such as "2025-11-15T09:30:00Z". */
    std::optional<std::string_view> created_at() const { return field(DC_FIELD_CREATED_AT); }
    /** The same in milliseconds since the Unix epoch. */
    std::optional<std::int64_t> created_at_ms() const
    {
        return detail::optional_number(dc_connector_created_at_ms(row_));
    }
    /** When it was last updated. */
    std::optional<std::string_view> updated_at() const { return field(DC_FIELD_UPDATED_AT); }
    /** The same in milliseconds since the Unix epoch. */
    std::optional<std::int64_t> updated_at_ms() const
    {
        return detail::optional_number(dc_connector_updated_at_ms(row_));
    }
    /** The path of its execution results. */
    std::optional<std::string_view> execution_results_url() const { return field(DC_FIELD_EXECUTION_RESULTS_URL); }
    /** The C pointer. Owned by the page. */
    const dc_connector *get() const noexcept { return row_; }

private:
    const dc_connector *row_;
};

namespace detail {

/** Iterates over the rows of a page. */
class row_iterator : public input_iterator<connector> {
public:
    row_iterator() = default;
    row_iterator(const dc_page *page, std::size_t index)
        : page_(page), index_(index), row_(dc_page_connector(page, index))
    {
    }
    reference operator*() const { return row_; }
    pointer operator->() const { return &row_; }
    row_iterator &operator++() { return *this = row_iterator(page_, index_ + 1); }
    row_iterator operator++(int) { return std::exchange(*this, row_iterator(page_, index_ + 1)); }
    bool operator==(const row_iterator &other) const { return index_ == other.index_; }
    bool operator!=(const row_iterator &other) const { return index_ != other.index_; }

private:
    const dc_page *page_ = nullptr;
    std::size_t index_ = 0;
    connector row_;
};

/** Iterates over the values returned by the next() of a range; copies share the position. */
template <typename Range, typename Value>
class range_iterator : public input_iterator<Value> {
public:
    range_iterator() = default;
    explicit range_iterator(Range *range) : range_(range) { ++*this; }
    const Value &operator*() const { return *range_->current_; }
    const Value *operator->() const { return &*range_->current_; }
    range_iterator &operator++()
    {
        range_->current_ = range_->next();
        if (!range_->current_)
            range_ = nullptr;
        return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(const range_iterator &other) const { return range_ == other.range_; }
    bool operator!=(const range_iterator &other) const { return range_ != other.range_; }

private:
    Range *range_ = nullptr;
};

} // namespace detail

/** One page of the list: a range of its rows, its JSON, and the cursor of the next page. */
class page {
public:
    /** An empty page. */
    page() noexcept = default;
    /** Takes ownership of a C handle. */
    explicit page(dc_page *handle) noexcept : handle_(handle) {}

    /** The JSON as the service sent it. */
    std::string_view json() const & { return {dc_page_json(get()), dc_page_json_len(get())}; }
    std::string_view json() const && = delete;
    /** The number of rows. */
    std::size_t size() const noexcept { return dc_page_count(get()); }
    /** The cursor of the next page. */
    std::optional<std::string_view> next_cursor() const &
    {
        return detail::optional_string(dc_page_next_cursor(get()));
    }
    std::optional<std::string_view> next_cursor() const && = delete;
    /** Whether there is a next page. */
    bool has_next() const noexcept { return dc_page_has_next(get()) == 1; }
    /** The service's request id. */
    std::optional<std::string_view> request_id() const & { return detail::optional_string(dc_page_request_id(get())); }
    std::optional<std::string_view> request_id() const && = delete;
    /** The rate limit after this request. */
    rate_limit limits() const { return detail::read_rate_limit(dc_page_rate_limit, get()); }
    /** A row; a connector without fields if the index is out of range. */
    connector operator[](std::size_t index) const & { return connector(dc_page_connector(get(), index)); }
    connector operator[](std::size_t index) const && = delete;
    /** The C handle. Owned by this object. */
    dc_page *get() const noexcept { return handle_.get(); }

    /** An input iterator of connectors. */
    using iterator = detail::row_iterator;
    /** The first row. */
    iterator begin() const & { return iterator(get(), 0); }
    iterator begin() const && = delete;
    /** The end of the rows. */
    iterator end() const & { return iterator(get(), size()); }
    iterator end() const && = delete;

private:
    detail::owned<dc_page, dc_page_free> handle_;
};

/** A range of all pages, to be iterated over once. After a failure, next() requests the same page again. */
class pager {
public:
    /** Takes ownership of two C handles; the token may be NULL. */
    explicit pager(dc_pager *handle, dc_cancel_token *cancel = nullptr) : handle_(handle), cancel_(cancel) {}

    /** Lists the next page; std::nullopt after the last one. Blocks. */
    std::optional<page> next()
    {
        page listed(detail::create<dc_page>(dc_pager_next, get(), cancel_.get()));
        return listed.get() != nullptr ? std::optional(std::move(listed)) : std::nullopt;
    }
    /** Prefetches the following page on a background thread: `for (const auto &page : client.pages().prefetch())`. */
    pager &prefetch(bool value = true) &
    {
        detail::call(dc_pager_set_prefetch, get(), value);
        return *this;
    }
    /** The same for a temporary object. */
    pager prefetch(bool value = true) && { return std::move(prefetch(value)); }
    /** The cursor of the page that the next call of next() requests. Valid until that call. */
    std::optional<std::string_view> cursor() const & { return detail::optional_string(dc_pager_cursor(get())); }
    std::optional<std::string_view> cursor() const && = delete;
    /** The C handle. Owned by this object. */
    dc_pager *get() const noexcept { return handle_.get(); }

    /** An input iterator of pages. Its increment calls next(). */
    using iterator = detail::range_iterator<pager, page>;
    /** Calls next(). */
    iterator begin() & { return iterator(this); }
    iterator begin() && = delete;
    /** The end of the pages. */
    iterator end() { return iterator(); }

private:
    friend iterator;

    detail::owned<dc_pager, dc_pager_free> handle_;
    detail::owned<dc_cancel_token, dc_cancel_token_free> cancel_;
    std::optional<page> current_;
};

/** A range of all connectors of all pages, to be iterated over once. A connector is valid until the next one is
 *  requested. After a failure, next() continues at the same position. */
class connector_range {
public:
    /** The rows of the remaining pages of a pager. */
    explicit connector_range(pager pages) : pages_(std::move(pages)) {}

    /** Returns the next connector; std::nullopt after the last one. Blocks if it is on the next page. */
    std::optional<connector> next()
    {
        // A page may be empty and still have a next one.
        while (index_ >= page_.size()) {
            std::optional<page> listed = pages_.next();
            if (!listed)
                return std::nullopt;
            page_ = std::move(*listed);
            index_ = 0;
        }
        return page_[index_++];
    }
    /** Prefetches the next page, like pager::prefetch(). */
    connector_range &prefetch(bool value = true) &
    {
        pages_.prefetch(value);
        return *this;
    }
    /** The same for a temporary object. */
    connector_range prefetch(bool value = true) && { return std::move(prefetch(value)); }
    /** The cursor of the page after the current one. Store it to resume later. */
    std::optional<std::string_view> cursor() const & { return pages_.cursor(); }
    std::optional<std::string_view> cursor() const && = delete;

    /** An input iterator of connectors. Its increment calls next(). */
    using iterator = detail::range_iterator<connector_range, connector>;
    /** Calls next(). */
    iterator begin() & { return iterator(this); }
    iterator begin() && = delete;
    /** The end of the connectors. */
    iterator end() { return iterator(); }

private:
    friend iterator;

    pager pages_;
    page page_;
    std::size_t index_ = 0;
    std::optional<connector> current_;
};

/** All connectors of a workspace, most recently updated first, even if they change meanwhile. Immutable. */
class snapshot {
public:
    /** Takes ownership of a C handle. */
    explicit snapshot(dc_snapshot *handle) noexcept : handle_(handle) {}
    /** Loads a snapshot from the json() of an earlier one, such as from a file. */
    static snapshot load(std::string_view json)
    {
        detail::check_abi();
        return snapshot(detail::create<dc_snapshot>(dc_snapshot_load, json.data(), json.size()));
    }

    /** One of DC_SNAPSHOT_…; later versions may add some. */
    std::int32_t state() const noexcept { return dc_snapshot_state(get()); }
    /** Whether the state is complete: connectors that were deleted before it was taken are not in it. */
    bool is_complete() const noexcept { return state() == DC_SNAPSHOT_COMPLETE; }
    /** Why it is incomplete; std::nullopt if it is not. */
    std::optional<std::string_view> reason() const & { return detail::optional_string(dc_snapshot_reason(get())); }
    std::optional<std::string_view> reason() const && = delete;
    /**
     * The time, by the service's clock, of the list that it has, in milliseconds since the Unix epoch; std::nullopt if
     * no pass over the list was finished.
     */
    std::optional<std::int64_t> as_of_ms() const { return detail::optional_number(dc_snapshot_as_of_ms(get())); }
    /** The stored form, for load(): the list object with all rows, and a member "snapshot". */
    std::string_view json() const & { return {dc_page_json(rows()), dc_page_json_len(rows())}; }
    std::string_view json() const && = delete;
    /**
     * Returns what changed since an older snapshot of the workspace, as JSON: see dc_diff_json(). "removed" is null
     * unless this one is complete and not earlier than the older one. Connectors that an incomplete older one lacks may
     * be in "added"; if this one is incomplete, it may lack additions and changes.
     */
    std::string diff(const snapshot &older) const
    {
        const detail::owned<dc_diff, dc_diff_free> diff(
            detail::create<dc_diff>(dc_snapshot_diff, handle_.get(), older.handle_.get()));
        std::size_t length = 0;
        const char *json = dc_diff_json(diff.get(), &length);
        return {json, length};
    }
    /** The number of connectors. */
    std::size_t size() const noexcept { return dc_page_count(rows()); }
    /** A connector, valid until the snapshot is destroyed; one without fields if the index is out of range. */
    connector operator[](std::size_t index) const & { return connector(dc_page_connector(rows(), index)); }
    connector operator[](std::size_t index) const && = delete;
    /** The C handle. Owned by this object. */
    const dc_snapshot *get() const noexcept { return handle_.get(); }

    /** An input iterator of connectors. */
    using iterator = detail::row_iterator;
    /** The first connector. */
    iterator begin() const & { return iterator(rows(), 0); }
    iterator begin() const && = delete;
    /** The end of the connectors. */
    iterator end() const & { return iterator(rows(), size()); }
    iterator end() const && = delete;

private:
    const dc_page *rows() const noexcept { return dc_snapshot_page(get()); }

    detail::owned<dc_snapshot, dc_snapshot_free> handle_;
};

/** A client of one workspace. Its pagers and ranges may outlive it. */
class client {
public:
    /** Creates a client with a copy of the options. Nothing is sent yet. */
    explicit client(const config &options) : handle_(detail::create<dc_client>(dc_client_new, options.get())) {}

    /** Lists one page, most recently updated first. per_page is 1 to 50, or 0 for the service's default (20). */
    page list_page(std::int32_t per_page = 0, const argument &starting_after = nullptr,
                   const cancel_token *cancel = nullptr) const
    {
        return page(detail::create<dc_page>(dc_list_page, get(), per_page, starting_after.c_str(), handle_of(cancel)));
    }
    /** Returns a range of all pages. It keeps a clone of the cancel token. */
    pager pages(std::int32_t per_page = 0, const argument &starting_after = nullptr,
                const cancel_token *cancel = nullptr) const
    {
        detail::owned<dc_cancel_token, dc_cancel_token_free> token(dc_cancel_token_clone(handle_of(cancel)));
        dc_pager *const created = detail::create<dc_pager>(dc_pager_new, get(), per_page, starting_after.c_str());
        return pager(created, token.release());
    }
    /** Returns a range of all connectors, most recently updated first. It keeps a clone of the cancel token. */
    connector_range list(std::int32_t per_page = 0, const argument &starting_after = nullptr,
                         const cancel_token *cancel = nullptr) const
    {
        return connector_range(pages(per_page, starting_after, cancel));
    }
    /**
     * Takes a snapshot of all connectors. If the first request fails, the call fails. If a later request fails and its
     * retries fail too, the snapshot is incomplete. With a previous snapshot of the workspace, requests only what
     * changed since. The overlap is the longest time until the service lists a change; max_passes, the maximum number
     * of passes over the list, 1 to 1000; the timeout, that of the whole call. std::nullopt and nullptr are the
     * defaults of dc_snapshot_take().
     */
    data_connectors::snapshot snapshot(const data_connectors::snapshot *previous = nullptr,
                                       std::optional<std::chrono::milliseconds> overlap = std::nullopt,
                                       std::optional<std::int32_t> max_passes = std::nullopt,
                                       std::optional<std::chrono::milliseconds> timeout = std::nullopt,
                                       const cancel_token *cancel = nullptr) const
    {
        return data_connectors::snapshot(detail::create<dc_snapshot>(
            dc_snapshot_take, get(), handle_of(previous),
            number_of("overlap", count_of(overlap), " ms: use 0 to 3600000"),
            static_cast<std::int32_t>(number_of("max_passes", max_passes, ": use 1 to 1000")),
            number_of("timeout", count_of(timeout), " ms: use 1 to 86400000"), handle_of(cancel)));
    }
    /** Cancels all calls of this client and its ranges, in progress and later. */
    void shutdown() const noexcept { dc_client_shutdown(get()); }
    /** The C handle. Owned by this object. */
    const dc_client *get() const noexcept { return handle_.get(); }

private:
    template <typename T>
    static auto handle_of(const T *object) -> decltype(object->get())
    {
        // C would treat NULL as an absent argument.
        if (object != nullptr && object->get() == nullptr)
            throw error(std::is_same_v<T, cancel_token> ? "invalid cancel token: it was moved from"
                                                        : "invalid previous snapshot: it was moved from");
        return object != nullptr ? object->get() : nullptr;
    }
    /** Returns -1, the C default, for std::nullopt; so a negative number is rejected here. */
    static std::int64_t number_of(const std::string &name, std::optional<std::int64_t> value, const char *range)
    {
        if (value && *value < 0)
            throw error("invalid " + name + ' ' + std::to_string(*value) + range);
        return value.value_or(-1);
    }
    static std::optional<std::int64_t> count_of(std::optional<std::chrono::milliseconds> value)
    {
        return value ? std::optional<std::int64_t>(value->count()) : std::nullopt;
    }

    detail::owned<dc_client, dc_client_free> handle_;
};

} // namespace data_connectors

#endif
