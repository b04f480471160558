/*
 * libdata_connectors for C++17: what data_connectors.h has for listing, with handles that free themselves, errors as
 * exceptions, and ranges over connectors and pages. It has no logic of its own. MIT OR Apache-2.0.
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
 * Handles can be moved and not copied. A std::string_view belongs to the object that gave it, and a
 * connector to its page, which a walk over connectors frees when it goes on: copy what you keep. It needs exceptions to be
 * on. What goes for threads is what the C header says: a client, a cancel token and a page may be used by many at once, a
 * config and a walk by one at a time.
 * All of it is there since 0.1.0.
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
#include <utility>

namespace data_connectors {

/** The handle of each class, and what frees it. */
namespace detail {

template <typename T, void (*Free)(T *)>
struct deleter {
    void operator()(T *handle) const noexcept { Free(handle); }
};

template <typename T, void (*Free)(T *)>
using owned = std::unique_ptr<T, deleter<T, Free>>;

inline std::string text(const char *value) { return value != nullptr ? value : ""; }

inline std::optional<std::string_view> optional_text(const char *value)
{
    return value != nullptr ? std::optional<std::string_view>(value) : std::nullopt;
}

inline std::optional<std::string_view> optional_text(const char *value, std::size_t length)
{
    return value != nullptr ? std::optional<std::string_view>({value, length}) : std::nullopt;
}

inline std::optional<std::int64_t> optional_number(std::int64_t value)
{
    return value >= 0 ? std::optional<std::int64_t>(value) : std::nullopt;
}

inline std::optional<std::int32_t> optional_code(std::int32_t value)
{
    return value >= 0 ? std::optional<std::int32_t>(value) : std::nullopt;
}

inline std::optional<bool> optional_bool(std::int32_t value)
{
    return value >= 0 ? std::optional<bool>(value != 0) : std::nullopt;
}

/** Throws if the program found another library than it was built for; then no other function of it is to be trusted. */
inline void check_abi()
{
    if (dc_abi_version() != DC_ABI_VERSION)
        throw std::runtime_error("the loaded library has ABI version " + std::to_string(dc_abi_version()) +
                                 ", and this program was built for " + std::to_string(DC_ABI_VERSION) +
                                 ": install the one that fits");
}

} // namespace detail

/** The rate limit as an answer told it; each part only if it did. */
struct rate_limit {
    std::optional<std::int64_t> limit;     /**< Requests allowed in the current window. */
    std::optional<std::int64_t> remaining; /**< Those that are left. */
    std::optional<std::int64_t> reset;     /**< When the window ends: seconds since 1970-01-01 UTC. */
};

/** A failure. what() is one line for a person. */
class error : public std::runtime_error {
public:
    /** Made of what a function returned, and of its error, which is freed; NULL: the status says all. */
    error(dc_status status, dc_error *handle) : error(status, detail::owned<dc_error, dc_error_free>(handle)) {}
    /** Made of what the wrapper itself refuses. */
    explicit error(const std::string &what)
        : std::runtime_error(what), facts_(std::make_shared<const facts>(facts_of(DC_ERR_INVALID_ARGUMENT, nullptr)))
    {
    }

    /** One of DC_ERR_…. */
    dc_status status() const noexcept { return facts_->status; }
    /** The HTTP status; 0 when there was no answer. */
    std::int32_t http_status() const noexcept { return facts_->http_status; }
    /** The service's own code, such as "unauthorized"; "" when it gave none. */
    const std::string &api_code() const noexcept { return facts_->api_code; }
    /** The parameter that the service found wrong; "" when it named none. */
    const std::string &api_field() const noexcept { return facts_->api_field; }
    /** The service's id for the request; "" when it gave none. */
    const std::string &request_id() const noexcept { return facts_->request_id; }
    /** How long to wait before another try, if the service asked. */
    std::optional<std::chrono::milliseconds> retry_after() const noexcept { return facts_->retry_after; }
    /** How many requests were made. */
    std::int32_t attempts() const noexcept { return facts_->attempts; }
    /** The rate limit after the last request. */
    const rate_limit &limits() const noexcept { return facts_->limits; }

private:
    struct facts {
        dc_status status;
        std::int32_t http_status;
        std::string api_code, api_field, request_id;
        std::optional<std::chrono::milliseconds> retry_after;
        std::int32_t attempts;
        rate_limit limits;
    };

    error(dc_status status, detail::owned<dc_error, dc_error_free> handle)
        : std::runtime_error(handle ? dc_error_message(handle.get()) : dc_status_message(status)),
          facts_(std::make_shared<const facts>(facts_of(status, handle.get())))
    {
    }

    static facts facts_of(dc_status status, const dc_error *handle)
    {
        std::optional<std::chrono::milliseconds> wait;
        if (const auto asked = detail::optional_number(dc_error_retry_after_ms(handle)))
            wait = std::chrono::milliseconds(*asked);
        return {status, dc_error_http_status(handle), detail::text(dc_error_api_code(handle)),
                detail::text(dc_error_api_field(handle)), detail::text(dc_error_request_id(handle)), wait,
                dc_error_attempts(handle),
                {detail::optional_number(dc_error_rate_limit(handle)),
                 detail::optional_number(dc_error_rate_limit_remaining(handle)),
                 detail::optional_number(dc_error_rate_limit_reset(handle))}};
    }

    // Shared, so that a copy throws nothing.
    std::shared_ptr<const facts> facts_;
};

namespace detail {

/** Calls a function with an error behind its arguments; gives DC_OK or DC_DONE, or throws. */
template <typename Function, typename... Arguments>
dc_status call(Function function, Arguments... arguments)
{
    dc_error *failure = nullptr;
    const dc_status status = function(arguments..., &failure);
    if (status < 0)
        throw error(status, failure);
    return status;
}

} // namespace detail

/** A text that is taken, or none: nullptr or std::nullopt. A NUL within is refused, as C would end there. */
class argument {
public:
    /** A text that ends in a NUL, or none. */
    argument(const char *value) : value_(value != nullptr ? std::optional<std::string>(value) : std::nullopt) {}
    /** A text. */
    argument(const std::string &value) : argument(std::string_view(value)) {}
    /** A text, or none, such as a cursor. */
    argument(std::optional<std::string_view> value) : value_(value ? std::optional<std::string>(*value) : std::nullopt)
    {
        if (value_ && value_->find('\0') != std::string::npos)
            throw error("a text has a NUL character in it, where C would cut it short: pass it without");
    }
    /** A text, or none, such as a cursor that was kept. */
    argument(const std::optional<std::string> &value)
        : argument(value ? std::optional<std::string_view>(*value) : std::nullopt)
    {
    }
    /** A text. */
    argument(std::string_view value) : argument(std::optional<std::string_view>(value)) {}
    /** None. */
    argument(std::nullopt_t) {}

    /** As C takes it; valid as long as this is. */
    const char *c_str() const noexcept { return value_ ? value_->c_str() : nullptr; }

private:
    std::optional<std::string> value_;
};

/** The settings of clients to come. Each throws an error when it refuses its value, and gives the config again; so name a
 *  config that is to be kept before it is set. */
class config {
public:
    /** All at their defaults. A std::runtime_error: the loaded library is of another ABI version. */
    config()
    {
        detail::check_abi();
        handle_.reset(dc_config_new());
    }

    /** The access token; it has to be set. */
    config &token(const argument &value) { return set(dc_config_set_token, value.c_str()); }
    /** us (the default), eu or au. */
    config &region(const argument &value) { return set(dc_config_set_region, value.c_str()); }
    /** Where the service is, if not in a region. */
    config &base_url(const argument &value) { return set(dc_config_set_base_url, value.c_str()); }
    /** Whether the token may go unencrypted to another machine. */
    config &allow_insecure_http(bool value) { return set(dc_config_set_allow_insecure_http, std::int32_t{value}); }
    /** The Intercom-Version to ask for; default Preview. */
    config &api_version(const argument &value) { return set(dc_config_set_api_version, value.c_str()); }
    /** A name for the program, behind the library's own. */
    config &user_agent_suffix(const argument &value) { return set(dc_config_set_user_agent_suffix, value.c_str()); }
    /** For a whole call, retries and waits included; default 60 s. */
    config &timeout(std::chrono::milliseconds value) { return set(dc_config_set_timeout_ms, std::int64_t{value.count()}); }
    /** For opening a connection; default 10 s. */
    config &connect_timeout(std::chrono::milliseconds value)
    {
        return set(dc_config_set_connect_timeout_ms, std::int64_t{value.count()});
    }
    /** 0 to 10; default 2. */
    config &max_retries(std::int32_t value) { return set(dc_config_set_max_retries, value); }
    /** The largest answer taken, 1 KiB to 1 GiB; default 8 MiB. */
    config &max_response_bytes(std::int64_t value) { return set(dc_config_set_max_response_bytes, value); }
    /** Whether to wait for the rate limit's reset instead of earning a 429. */
    config &pacing(bool value) { return set(dc_config_set_pacing, std::int32_t{value}); }
    /** An HTTP proxy to go through by CONNECT. */
    config &proxy(const argument &value) { return set(dc_config_set_proxy, value.c_str()); }
    /** Hosts to reach directly although there is a proxy. */
    config &no_proxy(const argument &value) { return set(dc_config_set_no_proxy, value.c_str()); }
    /** Certificate authorities to trust instead of the bundled ones, PEM. */
    config &ca_file(const argument &value) { return set(dc_config_set_ca_file, value.c_str()); }
    /** Whether to trust the system's authorities instead. */
    config &system_roots(bool value) { return set(dc_config_set_system_roots, std::int32_t{value}); }

    /** The C handle, for what is set by functions of C: the logger and the interrupt check. */
    dc_config *get() const noexcept { return handle_.get(); }

private:
    template <typename Function, typename Value>
    config &set(Function function, Value value)
    {
        detail::call(function, handle_.get(), value);
        return *this;
    }

    detail::owned<dc_config, dc_config_free> handle_;
};

/** Ends calls from another thread, and from a signal handler. A clone is the same token. */
class cancel_token {
public:
    /** One that isn't cancelled. A std::runtime_error: the loaded library is of another ABI version. */
    cancel_token()
    {
        detail::check_abi();
        dc_cancel_token *made = nullptr;
        detail::call(dc_cancel_token_new, &made);
        handle_.reset(made);
    }

    /** The same token once more, for another owner. */
    cancel_token clone() const { return cancel_token(dc_cancel_token_clone(handle_.get())); }
    /** Ends the calls that it was passed to, also to come. */
    void cancel() const noexcept { dc_cancel_token_cancel(handle_.get()); }
    /** Whether it was cancelled. */
    bool is_cancelled() const noexcept { return dc_cancel_token_is_cancelled(handle_.get()) == 1; }
    /** The C handle, which stays this object's. */
    dc_cancel_token *get() const noexcept { return handle_.get(); }

private:
    explicit cancel_token(dc_cancel_token *handle) : handle_(handle) {}

    detail::owned<dc_cancel_token, dc_cancel_token_free> handle_;
};

/** A row of a page, which owns it: valid until the page is gone. What is absent, null or of another type is none. */
class connector {
public:
    /** None: every field is absent. */
    connector() noexcept = default;
    /** A row of a page's, or NULL. */
    explicit connector(const dc_connector *row) noexcept : row_(row) {}

    /** The row's own JSON, byte for byte as the service sent it. */
    std::string_view json() const
    {
        return detail::optional_text(dc_connector_json(row_), dc_connector_json_len(row_)).value_or("");
    }
    /** `data_connector` */
    std::optional<std::string_view> type() const
    {
        return detail::optional_text(dc_connector_type(row_), dc_connector_type_len(row_));
    }
    /** The unique id, digits. */
    std::optional<std::string_view> id() const
    {
        return detail::optional_text(dc_connector_id(row_), dc_connector_id_len(row_));
    }
    /** The name. */
    std::optional<std::string_view> name() const
    {
        return detail::optional_text(dc_connector_name(row_), dc_connector_name_len(row_));
    }
    /** What it does. */
    std::optional<std::string_view> description() const
    {
        return detail::optional_text(dc_connector_description(row_), dc_connector_description_len(row_));
    }
    /** `draft` or `live`; other values may come. */
    std::optional<std::string_view> state() const
    {
        return detail::optional_text(dc_connector_state(row_), dc_connector_state_len(row_));
    }
    /** One of DC_STATE_…; none when absent. */
    std::optional<std::int32_t> state_code() const { return detail::optional_code(dc_connector_state_code(row_)); }
    /** `get`, `post`, `put`, `delete` or `patch`; other values may come. */
    std::optional<std::string_view> http_method() const
    {
        return detail::optional_text(dc_connector_http_method(row_), dc_connector_http_method_len(row_));
    }
    /** One of DC_HTTP_METHOD_…; none when absent. */
    std::optional<std::int32_t> http_method_code() const
    {
        return detail::optional_code(dc_connector_http_method_code(row_));
    }
    /** Whether it is assigned to Fin for direct usage. */
    std::optional<bool> direct_fin_usage() const { return detail::optional_bool(dc_connector_direct_fin_usage(row_)); }
    /** The id of the admin who created it. */
    std::optional<std::string_view> created_by_admin_id() const
    {
        const std::size_t length = dc_connector_created_by_admin_id_len(row_);
        return detail::optional_text(dc_connector_created_by_admin_id(row_), length);
    }
    /** The id of the admin who last updated it. */
    std::optional<std::string_view> updated_by_admin_id() const
    {
        const std::size_t length = dc_connector_updated_by_admin_id_len(row_);
        return detail::optional_text(dc_connector_updated_by_admin_id(row_), length);
    }
    /** When it was created, as the service writes it. */
    std::optional<std::string_view> created_at() const
    {
        return detail::optional_text(dc_connector_created_at(row_), dc_connector_created_at_len(row_));
    }
    /** In milliseconds since the Unix epoch; none also when it is no time, or before 1970. */
    std::optional<std::int64_t> created_at_ms() const
    {
        return detail::optional_number(dc_connector_created_at_ms(row_));
    }
    /** When it was last updated, as the service writes it. */
    std::optional<std::string_view> updated_at() const
    {
        return detail::optional_text(dc_connector_updated_at(row_), dc_connector_updated_at_len(row_));
    }
    /** In milliseconds since the Unix epoch; none also when it is no time, or before 1970. */
    std::optional<std::int64_t> updated_at_ms() const
    {
        return detail::optional_number(dc_connector_updated_at_ms(row_));
    }
    /** The path of its execution results. */
    std::optional<std::string_view> execution_results_url() const
    {
        const std::size_t length = dc_connector_execution_results_url_len(row_);
        return detail::optional_text(dc_connector_execution_results_url(row_), length);
    }
    /** The C pointer; the page's. */
    const dc_connector *get() const noexcept { return row_; }

private:
    const dc_connector *row_ = nullptr;
};

/** A page of the list: the service's own JSON, its rows, which it is a range of, and what is needed to go on. */
class page {
public:
    /** None: it has no rows. */
    page() noexcept = default;
    /** Takes over a C handle. */
    explicit page(dc_page *handle) noexcept : handle_(handle) {}

    /** The answer's JSON, byte for byte as it came; UTF-8. */
    std::string_view json() const & { return {dc_page_json(get()), dc_page_json_len(get())}; }
    std::string_view json() const && = delete;
    /** The rows on it. */
    std::size_t size() const noexcept { return dc_page_count(get()); }
    /** What asks for the next page; none on the last one. */
    std::optional<std::string_view> next_cursor() const & { return detail::optional_text(dc_page_next_cursor(get())); }
    std::optional<std::string_view> next_cursor() const && = delete;
    /** Whether the service named a next page. */
    bool has_next() const noexcept { return dc_page_has_next(get()) == 1; }
    /** The service's id for the request. */
    std::optional<std::string_view> request_id() const & { return detail::optional_text(dc_page_request_id(get())); }
    std::optional<std::string_view> request_id() const && = delete;
    /** The rate limit after this request. */
    rate_limit limits() const
    {
        return {detail::optional_number(dc_page_rate_limit(get())),
                detail::optional_number(dc_page_rate_limit_remaining(get())),
                detail::optional_number(dc_page_rate_limit_reset(get()))};
    }
    /** A row; one beyond the last has no fields. */
    connector operator[](std::size_t index) const & { return connector(dc_page_connector(get(), index)); }
    connector operator[](std::size_t index) const && = delete;
    /** The C handle, which stays this object's. */
    dc_page *get() const noexcept { return handle_.get(); }

    /** Stands at a row of a page. */
    class iterator {
    public:
        /** It gives what it holds itself. */
        using iterator_category = std::input_iterator_tag;
        /** What it stands at. */
        using value_type = connector;
        /** Of no use here. */
        using difference_type = std::ptrdiff_t;
        /** To what it stands at. */
        using pointer = const connector *;
        /** To what it stands at. */
        using reference = const connector &;

        /** Nowhere. */
        iterator() = default;
        /** At this row of this page. */
        iterator(const page *rows, std::size_t index) : page_(rows), index_(index), row_((*rows)[index]) {}

        /** The row; valid until the next step. */
        reference operator*() const { return row_; }
        /** Its members. */
        pointer operator->() const { return &row_; }
        /** Goes to the next row. */
        iterator &operator++() { return *this = iterator(page_, index_ + 1); }
        /** The same, and gives where it stood. */
        iterator operator++(int)
        {
            const iterator before = *this;
            ++*this;
            return before;
        }
        /** Whether both stand at the same row. */
        friend bool operator==(const iterator &one, const iterator &other) { return one.index_ == other.index_; }
        /** The opposite. */
        friend bool operator!=(const iterator &one, const iterator &other) { return one.index_ != other.index_; }

    private:
        const page *page_ = nullptr;
        std::size_t index_ = 0;
        connector row_;
    };

    /** At the first row. */
    iterator begin() const & { return iterator(this, 0); }
    iterator begin() const && = delete;
    /** Behind the last row. */
    iterator end() const & { return iterator(this, size()); }
    iterator end() const && = delete;

private:
    detail::owned<dc_page, dc_page_free> handle_;
};

/** Stands at what a walk gave last, as all of its copies do. Steps at its increment, which throws when a call fails. */
template <typename Walk, typename Value>
class step_iterator {
public:
    /** A step can't be taken twice. */
    using iterator_category = std::input_iterator_tag;
    /** What it stands at. */
    using value_type = Value;
    /** Of no use here. */
    using difference_type = std::ptrdiff_t;
    /** To what it stands at. */
    using pointer = const Value *;
    /** To what it stands at. */
    using reference = const Value &;

    /** Behind the last one. */
    step_iterator() = default;
    /** Takes the first step. */
    explicit step_iterator(Walk *walk) : walk_(walk) { ++*this; }

    /** What it stands at; valid until the next step. */
    reference operator*() const { return *walk_->current_; }
    /** Its members. */
    pointer operator->() const { return &*walk_->current_; }
    /** Takes the next step; blocks where that needs a call. */
    step_iterator &operator++()
    {
        walk_->current_ = walk_->next();
        if (!walk_->current_)
            walk_ = nullptr;
        return *this;
    }
    /** The same. */
    void operator++(int) { ++*this; }
    /** Whether both are behind the last one, or in the same walk. */
    friend bool operator==(const step_iterator &one, const step_iterator &other) { return one.walk_ == other.walk_; }
    /** The opposite. */
    friend bool operator!=(const step_iterator &one, const step_iterator &other) { return one.walk_ != other.walk_; }

private:
    Walk *walk_ = nullptr;
};

/** A walk over the pages, a range for one `for`. After a failure it stands where it was: next() goes on from there. */
class page_walk {
public:
    /** Takes over two C handles; the token may be NULL. */
    explicit page_walk(dc_pager *handle, dc_cancel_token *cancel = nullptr) : handle_(handle), cancel_(cancel) {}

    /** The next page; none at the end. Blocks until it is there. */
    std::optional<page> next()
    {
        dc_page *came = nullptr;
        const dc_cancel_token *const token = cancel_.get();
        if (detail::call(dc_pager_next, handle_.get(), token, &came) == DC_DONE)
            return std::nullopt;
        return page(came);
    }
    /** Whether each step begins to fetch the page after the one that it gives, on a thread of the library's, while that one
     *  is worked on. Gives the walk again: `for (const auto &page : client.pages().prefetch())`. */
    page_walk &prefetch(bool value = true) &
    {
        detail::call(dc_pager_set_prefetch, handle_.get(), std::int32_t{value});
        return *this;
    }
    /** The same, of a walk that nobody has named yet. */
    page_walk prefetch(bool value = true) && { return std::move(prefetch(value)); }
    /** What asks for the page after the last one; valid until the next step. */
    std::optional<std::string_view> cursor() const & { return detail::optional_text(dc_pager_cursor(handle_.get())); }
    std::optional<std::string_view> cursor() const && = delete;
    /** The C handle, which stays this object's. */
    dc_pager *get() const noexcept { return handle_.get(); }

    /** Stands at the page that the walk gave last. */
    using iterator = step_iterator<page_walk, page>;

    /** Takes the first step. */
    iterator begin() & { return iterator(this); }
    iterator begin() && = delete;
    /** Behind the last page. */
    iterator end() { return iterator(); }

private:
    friend iterator;

    detail::owned<dc_pager, dc_pager_free> handle_;
    detail::owned<dc_cancel_token, dc_cancel_token_free> cancel_;
    std::optional<page> current_;
};

/** A walk over the connectors of all pages, a range for one `for`. A row, and each copy of it, is valid until the next
 *  step, which may free its page: copy the texts that you keep. After a failure the walk stands where it was: next() goes
 *  on from there. */
class connector_walk {
public:
    /** The rows of the pages that this walk has yet to come to. */
    explicit connector_walk(page_walk pages) : pages_(std::move(pages)) {}

    /** The next row; none at the end. Blocks where that needs a page. */
    std::optional<connector> next()
    {
        // A page may have no rows and still have a next one.
        while (index_ >= page_.size()) {
            std::optional<page> came = pages_.next();
            if (!came)
                return std::nullopt;
            page_ = std::move(*came);
            index_ = 0;
        }
        return page_[index_++];
    }

    /** Stands at the row that the walk gave last. */
    using iterator = step_iterator<connector_walk, connector>;

    /** Takes the first step. */
    iterator begin() & { return iterator(this); }
    iterator begin() && = delete;
    /** Behind the last row. */
    iterator end() { return iterator(); }
    /** Whether the next page is fetched while the rows of this one are worked on, as page_walk has it:
     *  `for (auto &connector : client.list().prefetch())`. */
    connector_walk &prefetch(bool value = true) &
    {
        pages_.prefetch(value);
        return *this;
    }
    /** The same, of a walk that nobody has named yet. */
    connector_walk prefetch(bool value = true) && { return std::move(prefetch(value)); }
    /** What asks for the page after the present one: what to keep for going on another time. */
    std::optional<std::string_view> cursor() const & { return pages_.cursor(); }
    std::optional<std::string_view> cursor() const && = delete;

private:
    friend iterator;

    page_walk pages_;
    page page_;
    std::size_t index_ = 0;
    std::optional<connector> current_;
};

/** A client of one workspace. Walks over its pages may outlive it. */
class client {
public:
    /** Makes a client with a copy of these settings; nothing is sent yet. */
    explicit client(const config &settings)
    {
        dc_client *made = nullptr;
        detail::call(dc_client_new, static_cast<const dc_config *>(settings.get()), &made);
        handle_.reset(made);
    }

    /** One page, newest update first; blocks until it is there. `per_page` 0: the service's default (20). */
    page list_page(std::int32_t per_page = 0, const argument &starting_after = nullptr,
                   const cancel_token *cancel = nullptr) const
    {
        dc_page *came = nullptr;
        detail::call(dc_list_page, get(), per_page, starting_after.c_str(), token_of(cancel), &came);
        return page(came);
    }
    /** Every page, as they are asked for. The walk keeps a clone of the cancel token. */
    page_walk pages(std::int32_t per_page = 0, const argument &starting_after = nullptr,
                    const cancel_token *cancel = nullptr) const
    {
        const dc_cancel_token *const token = token_of(cancel);
        dc_pager *made = nullptr;
        detail::call(dc_pager_new, get(), per_page, starting_after.c_str(), &made);
        return page_walk(made, dc_cancel_token_clone(token));
    }
    /** Every connector of every page, newest update first. The walk keeps a clone of the cancel token. */
    connector_walk list(std::int32_t per_page = 0, const argument &starting_after = nullptr,
                        const cancel_token *cancel = nullptr) const
    {
        return connector_walk(pages(per_page, starting_after, cancel));
    }
    /** Ends all calls under way, and refuses later ones. */
    void shutdown() const noexcept { dc_client_shutdown(get()); }
    /** The C handle, which stays this object's. */
    const dc_client *get() const noexcept { return handle_.get(); }

private:
    static const dc_cancel_token *token_of(const cancel_token *cancel)
    {
        // One that was moved from would end nothing.
        if (cancel != nullptr && cancel->get() == nullptr)
            throw error("the cancel token was moved from: pass the one that has it now");
        return cancel != nullptr ? cancel->get() : nullptr;
    }

    detail::owned<dc_client, dc_client_free> handle_;
};

} // namespace data_connectors

#endif
