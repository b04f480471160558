// Uses all of the C++ wrapper. argv[1]: the base URL of a sandbox of 137 connectors.
#include <data_connectors.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <thread>
#include <type_traits>
#if __cplusplus >= 202002L
#include <ranges>
#endif

namespace dc = data_connectors;

static_assert(std::is_move_constructible_v<dc::client> && !std::is_copy_constructible_v<dc::client>);
static_assert(std::is_move_assignable_v<dc::page> && !std::is_copy_assignable_v<dc::page>);
static_assert(std::is_nothrow_copy_constructible_v<dc::error> && std::is_copy_constructible_v<dc::pager::iterator>);
static_assert(std::is_nothrow_move_constructible_v<dc::pager> && !std::is_copy_constructible_v<dc::cancel_token>);

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            std::cerr << __LINE__ << ": failed: " #condition "\n"; \
            std::exit(1); \
        } \
    } while (0)

template <typename Call>
dc::error failure_of(Call call)
{
    try {
        call();
    } catch (const dc::error &error) {
        return error;
    }
    std::cerr << "a call succeeded unexpectedly\n";
    std::exit(1);
}

static bool contains(const dc::error &error, std::string_view part)
{
    return std::string_view(error.what()).find(part) != std::string_view::npos;
}

static bool is_rejected(const dc::error &error, std::string_view part)
{
    return error.status() == DC_ERR_INVALID_ARGUMENT && error.http_status() == 0 && contains(error, part);
}

static void typed_methods_set_their_options()
{
    using namespace std::chrono_literals;
    dc::config config;
    config.token("t0ken").api_version("2.16").user_agent_suffix("wrapper/1").timeout(5s).connect_timeout(1500ms);
    config.max_retries(1).max_response_bytes(1 << 20).wait_for_rate_limit(false).no_proxy("");
    config.allow_insecure_http(false);
    config.region("eu").base_url("https://a.example").proxy("http://a.example").ca_file(nullptr).system_roots(false);
    CHECK(config.get() != nullptr);
    CHECK(is_rejected(failure_of([&] { config.token(""); }), "access_token"));
    CHECK(is_rejected(failure_of([&] { config.region("mars"); }), "region \"mars\""));
    CHECK(is_rejected(failure_of([&] { config.base_url("a.example"); }), "base_url"));
    CHECK(is_rejected(failure_of([&] { config.api_version("!"); }), "api_version \"!\""));
    CHECK(is_rejected(failure_of([&] { config.user_agent_suffix("\n"); }), "user_agent_suffix"));
    CHECK(is_rejected(failure_of([&] { config.timeout(0ms); }), "invalid timeout_ms 0"));
    CHECK(is_rejected(failure_of([&] { config.connect_timeout(0ms); }), "invalid connect_timeout_ms 0"));
    CHECK(is_rejected(failure_of([&] { config.max_retries(-7); }), "invalid max_retries -7"));
    CHECK(is_rejected(failure_of([&] { config.max_retries(1LL << 32 | 1); }), "invalid max_retries 4294967297"));
    CHECK(is_rejected(failure_of([&] { config.max_response_bytes(7); }), "invalid max_response_bytes 7"));
    CHECK(is_rejected(failure_of([&] { config.proxy("socks5://a"); }), "proxy"));
    CHECK(is_rejected(failure_of([&] { config.no_proxy("http://a"); }), "no_proxy"));
    CHECK(is_rejected(failure_of([&] { config.ca_file("no/such.pem"); }), "ca_file no/such.pem"));
    CHECK(is_rejected(failure_of([&] { config.client_certificate_file("no/such.pem"); }), "certificate_file no/such.pem"));
    CHECK(is_rejected(failure_of([&] { config.client_key_file("no/such.key"); }), "client_key_file no/such.key"));
    CHECK(is_rejected(failure_of([] { dc::client client{dc::config()}; }), "access token"));
}

static void options_are_set_by_name()
{
    dc::config config;
    const std::string milliseconds = "5000";
    CHECK(&config.set(DC_OPTION_TIMEOUT_MS, milliseconds).set(DC_OPTION_TIMEOUT_MS, 5000) == &config);
    config.set(DC_OPTION_WAIT_FOR_RATE_LIMIT, true).set(DC_OPTION_MAX_RETRIES, 0).set("access_token", "t0ken");
    config.set(DC_OPTION_PROXY, std::string_view("http://a.example:1")).set(DC_OPTION_PROXY, std::nullopt);
    config.set(DC_OPTION_NO_PROXY, nullptr).set(DC_OPTION_REGION, std::optional<std::string>("eu"));
    CHECK(is_rejected(failure_of([&] { config.set("time_out_ms", 1); }), "did you mean timeout_ms?"));
    CHECK(is_rejected(failure_of([&] { config.set(DC_OPTION_MAX_RETRIES, "many"); }), "invalid max_retries \"many\""));
    CHECK(is_rejected(failure_of([&] { config.set(DC_OPTION_REGION, 0); }), "requires a string"));
    CHECK(dc::client(config).get() != nullptr);
}

static void strings_may_be_absent_and_contain_no_nul()
{
    dc::config config;
    const char *null = nullptr;
    CHECK(is_rejected(failure_of([&] { config.token(nullptr); }), "missing access_token"));
    CHECK(is_rejected(failure_of([&] { config.token(null); }), "missing access_token"));
    const dc::error error = failure_of([&] { config.token(std::string("abc\0def", 7)); });
    CHECK(is_rejected(error, "NUL character") && !contains(error, "abc"));
}

static void pages_are_listed(const dc::client &client)
{
    std::size_t rows = 0, pages = 0;
    for (const dc::page &page : client.pages(50)) {
        CHECK(page.json().front() == '{' && page.json().back() == '}');
        CHECK(page.request_id()->size() == 36 && page.limits().limit == 10000);
        CHECK(page.limits().remaining < 10000 && page.limits().reset > 1000000000);
        CHECK(page.has_next() == page.next_cursor().has_value());
        rows += page.size();
        pages++;
    }
    CHECK(rows == 137 && pages == 3);

    std::size_t prefetched = 0;
    for (const dc::page &page : client.pages(10).prefetch())
        prefetched += page.size();
    CHECK(prefetched == 137);
    dc::pager pager = client.pages(10);
    CHECK(&pager.prefetch().prefetch(false) == &pager && pager.next()->size() == 10);

    const dc::page first = client.list_page(50);
    const std::optional<std::string> cursor(first.next_cursor());
    dc::pager resumed = client.pages(50, cursor);
    CHECK(client.list_page(50, *first.next_cursor()).size() == 50);
    dc::pager moved = std::move(resumed);
    CHECK(moved.next()->size() == 50 && moved.cursor().has_value());
    CHECK(moved.next()->size() == 37 && !moved.next() && !moved.cursor());

    dc::pager counted = client.pages(50);
    CHECK(std::count_if(counted.begin(), counted.end(), [](const dc::page &page) { return page.size() == 50; }) == 2);
#if __cplusplus >= 202002L
    static_assert(std::ranges::input_range<dc::pager> && std::ranges::input_range<dc::connector_range>);
    static_assert(std::ranges::input_range<const dc::page &>);
    dc::pager taken = client.pages(50);
    CHECK(std::ranges::distance(taken | std::views::take(2)) == 2);
#endif
}

static void connectors_are_listed(const dc::client &client)
{
    std::size_t rows = 0, live = 0;
    for (auto &connector : client.list(50)) {
        CHECK(connector.type() == "data_connector" && connector.field(DC_FIELD_TYPE) == connector.type());
        CHECK(!connector.id()->empty() && !connector.name()->empty());
        CHECK(connector.json().front() == '{' && connector.json().back() == '}');
        CHECK(connector.json().find(*connector.id()) != std::string_view::npos);
        CHECK(connector.updated_at()->size() == 20 && connector.updated_at_ms() > 1700000000000);
        CHECK(connector.created_at()->size() == 20 && connector.created_at_ms() <= connector.updated_at_ms());
        const std::string path = "/data_connectors/" + std::string(*connector.id()) + "/execution_results";
        CHECK(connector.execution_results_url() == path);
        CHECK(connector.state() == (connector.state_code() == DC_STATE_LIVE ? "live" : "draft"));
        CHECK((connector.http_method() == "get") == (connector.http_method_code() == DC_HTTP_METHOD_GET));
        CHECK(connector.created_by_admin_id() && connector.updated_by_admin_id());
        CHECK(connector.direct_fin_usage() == (connector.field(DC_FIELD_DIRECT_FIN_USAGE) == "true"));
        live += connector.state_code() == DC_STATE_LIVE;
        rows++;
    }
    CHECK(rows == 137 && live == 103);

    for (auto &connector : client.list(10).prefetch())
        rows += !connector.id()->empty();
    CHECK(rows == 2 * 137);

    const dc::page first = client.list_page(50);
    CHECK(first[0].name() == "Order Status Service" && first[0].direct_fin_usage() == true);
    CHECK(first[0].description() == "Fetches order status from external fulfillment API");
    CHECK(first[50].get() == nullptr && !first[50].id() && !first[50].created_at_ms() && first[50].json().empty());
    CHECK(std::distance(first.begin(), first.end()) == 50);
    CHECK(std::count_if(first.begin(), first.end(), [](auto &row) { return !row.description(); }) == 7);

    dc::connector_range resumed = client.list(50, first.next_cursor());
    dc::connector_range moved = std::move(resumed);
    CHECK(std::distance(moved.begin(), moved.end()) == 87 && !moved.cursor());
    CHECK(moved.begin() == moved.end());
    dc::connector_range left = client.list(50);
    for (auto &connector : left)
        if (connector.id() == first[3].id())
            break;
    // It continues where the loop was left, without listing a row twice.
    CHECK((*left.begin()).id() == first[4].id() && left.cursor() == first.next_cursor());
    CHECK(left.next()->id() == first[5].id());
    CHECK(std::distance(left.begin(), left.end()) == 131 && !left.next());
}

static void snapshots_are_taken(const dc::client &client)
{
    using namespace std::chrono_literals;
    static_assert(std::is_nothrow_move_constructible_v<dc::snapshot> && !std::is_copy_constructible_v<dc::snapshot>);
    dc::snapshot first = client.snapshot();
    CHECK(first.state() == DC_SNAPSHOT_COMPLETE && first.is_complete() && !first.reason());
    CHECK(first.as_of_ms() > 1700000000000 && first.size() == 137 && !first[137].id());
    CHECK(std::count_if(first.begin(), first.end(), [](auto &row) { return !row.id()->empty(); }) == 137);

    const std::string stored(first.json());
    const dc::snapshot loaded = dc::snapshot::load(stored);
    CHECK(loaded.json() == stored && loaded[136].id() == first[136].id() && loaded.as_of_ms() == first.as_of_ms());
    CHECK(is_rejected(failure_of([&] { dc::snapshot::load("{}"); }), "stored snapshot"));

    const dc::cancel_token token;
    const dc::snapshot refreshed = client.snapshot(&loaded, 30s, 5, 1min, &token);
    CHECK(refreshed.state() == DC_SNAPSHOT_REFRESHED && !refreshed.is_complete() && refreshed.size() == 137);
    CHECK(refreshed.diff(first) == R"({"added":[],"changed":[],"removed":null})");
    CHECK(first.diff(loaded) == R"({"added":[],"changed":[],"removed":[]})");
    CHECK(is_rejected(failure_of([&] { client.snapshot(nullptr, 2h); }), "invalid overlap 7200000 ms"));
    CHECK(is_rejected(failure_of([&] { client.snapshot(nullptr, 0ms, 0); }), "invalid max_passes 0"));
    CHECK(is_rejected(failure_of([&] { client.snapshot(nullptr, {}, {}, 0s); }), "invalid timeout 0 ms"));
    // Not the defaults of the C function.
    CHECK(is_rejected(failure_of([&] { client.snapshot(nullptr, -1ms); }), "overlap -1 ms: use 0 to 3600000"));
    CHECK(is_rejected(failure_of([&] { client.snapshot(nullptr, {}, -1); }), "max_passes -1: use 1 to 1000"));
    CHECK(is_rejected(failure_of([&] { client.snapshot(nullptr, {}, {}, -1ms); }), "timeout -1 ms: use 1 to 86400000"));
    token.cancel();
    CHECK(failure_of([&] { client.snapshot(&first, {}, {}, {}, &token); }).status() == DC_ERR_CANCELLED);
    const dc::snapshot moved = std::move(first);
    CHECK(moved.size() == 137 && first.size() == 0 && first.json().empty());
    CHECK(is_rejected(failure_of([&] { client.snapshot(&first); }), "previous snapshot: it was moved from"));
    CHECK(is_rejected(failure_of([&] { moved.diff(first); }), "older is NULL"));
}

static void failures_are_thrown(const dc::client &client)
{
    const dc::error error = failure_of([&] { client.list_page(0, "nonsense"); });
    CHECK(error.status() == DC_ERR_BAD_REQUEST && error.http_status() == 400 && error.attempts() == 1);
    CHECK(error.request_id().size() == 36 && !error.api_code().empty() && error.limits().limit == 10000);
    CHECK(!error.retry_after() && error.limits().remaining < 10000);

    const dc::cancel_token token;
    const dc::cancel_token same = token.clone();
    std::thread([&same] { same.cancel(); }).join();
    CHECK(token.is_cancelled());
    CHECK(failure_of([&] { client.list_page(0, nullptr, &token); }).status() == DC_ERR_CANCELLED);
    CHECK(failure_of([&] { client.pages(0, nullptr, &token).next(); }).status() == DC_ERR_CANCELLED);

    // The pager keeps a clone of the token.
    auto cancelled_pager = [&client] {
        dc::cancel_token original;
        dc::pager pager = client.pages(20, nullptr, &original);
        original.cancel();
        return pager;
    };
    dc::pager cancelled = cancelled_pager();
    CHECK(failure_of([&] { cancelled.begin(); }).status() == DC_ERR_CANCELLED);
    dc::cancel_token empty;
    const dc::cancel_token taken = std::move(empty);
    CHECK(contains(failure_of([&] { client.list_page(0, nullptr, &empty); }), "moved from"));
    CHECK(!taken.is_cancelled());
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    typed_methods_set_their_options();
    options_are_set_by_name();
    strings_may_be_absent_and_contain_no_nul();
    dc::client client(dc::config().token("t0ken").base_url(argv[1]));
    pages_are_listed(client);
    connectors_are_listed(client);
    snapshots_are_taken(client);
    failures_are_thrown(client);
    client.shutdown();
    CHECK(failure_of([&] { client.list_page(); }).status() == DC_ERR_CANCELLED);
    const dc::page empty;
    CHECK(empty.size() == 0 && !empty.next_cursor() && empty.begin() == empty.end());
    std::cout << "137\n";
}
