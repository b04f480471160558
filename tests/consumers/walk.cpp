// Uses all of the C++ wrapper: argument 1 is the base URL of a sandbox that has 137 connectors.
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
static_assert(std::is_nothrow_copy_constructible_v<dc::error> && std::is_copy_constructible_v<dc::page_walk::iterator>);
static_assert(std::is_nothrow_move_constructible_v<dc::page_walk> && !std::is_copy_constructible_v<dc::cancel_token>);

#define CHECK(that) \
    do { \
        if (!(that)) { \
            std::cerr << __LINE__ << ": not so: " #that "\n"; \
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
    std::cerr << "it should have failed\n";
    std::exit(1);
}

static bool says(const dc::error &error, const char *what) { return std::string_view(error.what()).find(what) != std::string_view::npos; }

static void settings()
{
    using namespace std::chrono_literals;
    dc::config config;
    config.token("t0ken").api_version("2.16").user_agent_suffix("walk/1").timeout(5s).connect_timeout(1500ms);
    config.max_retries(1).max_response_bytes(1 << 20).pacing(false).no_proxy("").allow_insecure_http(false);
    CHECK(config.get() != nullptr);
    const dc::error error = failure_of([&] { config.region("mars"); });
    CHECK(error.status() == DC_ERR_INVALID_ARGUMENT && says(error, "use us, eu or au"));
    // Each goes to its own function.
    CHECK(says(failure_of([&] { config.timeout(0ms); }), "timeout is 0 ms"));
    CHECK(says(failure_of([&] { config.connect_timeout(0ms); }), "connect timeout is 0 ms"));
    CHECK(says(failure_of([&] { config.max_retries(-7); }), "max retries is -7"));
    CHECK(says(failure_of([&] { config.max_response_bytes(7); }), "max response bytes is 7"));
    CHECK(says(failure_of([&] { config.base_url("a.example"); }), "base URL"));
    CHECK(says(failure_of([&] { config.api_version("!"); }), "Preview"));
    CHECK(says(failure_of([&] { config.user_agent_suffix("\n"); }), "visible ASCII"));
    // None is none, not a crash; and what C would cut short is refused.
    CHECK(says(failure_of([&] { config.token(nullptr); }), "token is NULL"));
    const dc::error cut = failure_of([&] { config.token(std::string("abc\0evil", 8)); });
    CHECK(cut.status() == DC_ERR_INVALID_ARGUMENT && says(cut, "NUL character") && !says(cut, "abc"));
    config.proxy("http://a.example").proxy(nullptr).ca_file(nullptr);
    CHECK(failure_of([&] { config.ca_file("no/such.pem"); }).http_status() == 0);
    CHECK(failure_of([&] { config.proxy("socks5://a"); }).request_id().empty());
    CHECK(failure_of([] { dc::client nothing{dc::config()}; }).attempts() == 0);
    config.region("eu").system_roots(true);
}

static void walks(const dc::client &client)
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

    std::size_t ahead = 0;
    for (const dc::page &page : client.pages(10).prefetch())
        ahead += page.size();
    CHECK(ahead == 137);
    dc::page_walk off = client.pages(10);
    CHECK(&off.prefetch().prefetch(false) == &off && off.next()->size() == 10);

    const dc::page first = client.list_page(100 - 50);
    const std::optional<std::string> kept(first.next_cursor());
    dc::page_walk walk = client.pages(50, kept);
    CHECK(client.list_page(50, *first.next_cursor()).size() == 50);
    dc::page_walk moved = std::move(walk);
    CHECK(moved.next()->size() == 50 && moved.cursor().has_value());
    CHECK(moved.next()->size() == 37 && !moved.next() && !moved.cursor());

    dc::page_walk counted = client.pages(50);
    CHECK(std::count_if(counted.begin(), counted.end(), [](const dc::page &page) { return page.size() == 50; }) == 2);
#if __cplusplus >= 202002L
    static_assert(std::ranges::input_range<dc::page_walk>);
    dc::page_walk taken = client.pages(50);
    CHECK(std::ranges::distance(taken | std::views::take(2)) == 2);
#endif
}

static void connectors(const dc::client &client)
{
    std::size_t rows = 0, live = 0;
    for (auto &connector : client.list(50)) {
        CHECK(connector.type() == "data_connector" && !connector.id()->empty() && !connector.name()->empty());
        CHECK(connector.json().front() == '{' && connector.json().back() == '}');
        CHECK(connector.json().find(*connector.id()) != std::string_view::npos);
        CHECK(connector.updated_at()->size() == 20 && connector.updated_at_ms() > 1700000000000);
        CHECK(connector.created_at()->size() == 20 && connector.created_at_ms() <= connector.updated_at_ms());
        CHECK(connector.execution_results_url() == "/data_connectors/" + std::string(*connector.id()) + "/execution_results");
        CHECK(connector.state() == (connector.state_code() == DC_STATE_LIVE ? "live" : "draft"));
        CHECK((connector.http_method() == "get") == (connector.http_method_code() == DC_HTTP_METHOD_GET));
        CHECK(connector.direct_fin_usage().has_value() && connector.created_by_admin_id() && connector.updated_by_admin_id());
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

    dc::connector_walk walk = client.list(50, first.next_cursor());
    dc::connector_walk moved = std::move(walk);
    CHECK(std::distance(moved.begin(), moved.end()) == 87 && !moved.cursor());
    CHECK(moved.begin() == moved.end());
    dc::connector_walk left = client.list(50);
    for (auto &connector : left)
        if (connector.id() == first[3].id())
            break;
    // It goes on where it was left, and no row comes twice.
    CHECK((*left.begin()).id() == first[4].id() && left.cursor() == first.next_cursor());
    CHECK(left.next()->id() == first[5].id());
    CHECK(std::distance(left.begin(), left.end()) == 131 && !left.next());
}

static void failures(const dc::client &client)
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

    // The walk keeps the token; one that was moved from ends nothing, and says so.
    auto begin = [&client] {
        dc::cancel_token gone;
        dc::page_walk walk = client.pages(100 - 80, nullptr, &gone);
        gone.cancel();
        return walk;
    };
    dc::page_walk cancelled = begin();
    CHECK(failure_of([&] { for (const dc::page &page : cancelled) CHECK(page.size() == 0); }).status() == DC_ERR_CANCELLED);
    dc::cancel_token empty;
    const dc::cancel_token taken = std::move(empty);
    CHECK(says(failure_of([&] { client.list_page(0, nullptr, &empty); }), "moved from"));
    CHECK(!taken.is_cancelled());
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    settings();
    dc::client client(dc::config().token("t0ken").base_url(argv[1]));
    walks(client);
    connectors(client);
    failures(client);
    client.shutdown();
    CHECK(failure_of([&] { client.list_page(); }).status() == DC_ERR_CANCELLED);
    const dc::page none = {};
    CHECK(none.size() == 0 && !none.next_cursor());
    std::cout << "137\n";
}
