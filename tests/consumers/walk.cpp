// Uses all of the C++ wrapper: argument 1 is the base URL of a sandbox that has 137 connectors.
#include <data_connectors.hpp>

#include <cstdlib>
#include <iostream>
#include <thread>
#include <type_traits>

namespace dc = data_connectors;

static_assert(std::is_move_constructible_v<dc::client> && !std::is_copy_constructible_v<dc::client>);
static_assert(std::is_move_assignable_v<dc::page> && !std::is_copy_assignable_v<dc::page>);
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

static void settings()
{
    using namespace std::chrono_literals;
    dc::config config;
    config.token("t0ken").api_version("2.16").user_agent_suffix("walk/1").timeout(5s).connect_timeout(1500ms);
    config.max_retries(1).max_response_bytes(1 << 20).pacing(false).no_proxy("").allow_insecure_http(false);
    CHECK(config.get() != nullptr);
    const dc::error error = failure_of([&] { config.region("mars"); });
    CHECK(error.status() == DC_ERR_INVALID_ARGUMENT && std::string_view(error.what()).find("use us, eu or au") != std::string_view::npos);
    CHECK(failure_of([&] { config.timeout(0ms); }).status() == DC_ERR_INVALID_ARGUMENT);
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
        CHECK(page.has_next() == page.next_cursor().has_value());
        rows += page.size();
        pages++;
    }
    CHECK(rows == 137 && pages == 3);

    const dc::page first = client.list_page(100 - 50);
    const std::string cursor(*first.next_cursor());
    dc::page_walk walk = client.pages(50, cursor.c_str());
    dc::page_walk moved = std::move(walk);
    CHECK(moved.next()->size() == 50 && moved.cursor().has_value());
    CHECK(moved.next()->size() == 37 && !moved.next() && !moved.cursor());
}

static void failures(const dc::client &client)
{
    const dc::error error = failure_of([&] { client.list_page(0, "nonsense"); });
    CHECK(error.status() == DC_ERR_BAD_REQUEST && error.http_status() == 400 && error.attempts() == 1);
    CHECK(error.request_id().size() == 36 && !error.api_code().empty() && error.limits().limit == 10000);
    CHECK(!error.retry_after() && error.api_field().find('\n') == std::string::npos);

    const dc::cancel_token token;
    const dc::cancel_token same = token.clone();
    std::thread([&same] { same.cancel(); }).join();
    CHECK(token.is_cancelled());
    CHECK(failure_of([&] { client.list_page(0, nullptr, &token); }).status() == DC_ERR_CANCELLED);
    CHECK(failure_of([&] { client.pages(0, nullptr, &token).next(); }).status() == DC_ERR_CANCELLED);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    settings();
    dc::client client(dc::config().token("t0ken").base_url(argv[1]));
    walks(client);
    failures(client);
    client.shutdown();
    CHECK(failure_of([&] { client.list_page(); }).status() == DC_ERR_CANCELLED);
    CHECK(dc::page().size() == 0 && !dc::page().next_cursor());
    std::cout << "137\n";
}
