// Performs the cases of tests/conformance through data_connectors.hpp, and says of each what became of it.

#include "outcome.hpp"

#include <chrono>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>

namespace {

using std::chrono::milliseconds;

dc::config config_of(const json &settings)
{
    dc::config made;

    for (const auto &[name, value] : settings.items()) {
        if (name == "timeout_ms")
            made.timeout(milliseconds(value.get<std::int64_t>()));
        else if (name == "connect_timeout_ms")
            made.connect_timeout(milliseconds(value.get<std::int64_t>()));
        else if (name == "max_retries")
            made.max_retries(value.get<std::int32_t>());
        else if (name == "max_response_bytes")
            made.max_response_bytes(value.get<std::int64_t>());
        else if (name == "allow_insecure_http")
            made.allow_insecure_http(value.get<bool>());
        else if (name == "pacing")
            made.pacing(value.get<bool>());
        else if (name == "system_roots")
            made.system_roots(value.get<bool>());
        else {
            const auto text = value.get<std::string>();
            if (name == "token")
                made.token(text);
            else if (name == "region")
                made.region(text);
            else if (name == "base_url")
                made.base_url(text);
            else if (name == "api_version")
                made.api_version(text);
            else if (name == "user_agent_suffix")
                made.user_agent_suffix(text);
            else if (name == "proxy")
                made.proxy(text);
            else if (name == "no_proxy")
                made.no_proxy(text);
            else if (name == "ca_file")
                made.ca_file(text);
            else
                throw unexpected("this runner doesn't know the setting " + name);
        }
    }
    return made;
}

json fields_of(const dc::connector &row)
{
    return {{"type", optional(row.type())},
            {"id", optional(row.id())},
            {"name", optional(row.name())},
            {"description", optional(row.description())},
            {"state", optional(row.state())},
            {"state_code", optional(row.state_code())},
            {"http_method", optional(row.http_method())},
            {"http_method_code", optional(row.http_method_code())},
            {"direct_fin_usage", optional(row.direct_fin_usage())},
            {"created_by_admin_id", optional(row.created_by_admin_id())},
            {"updated_by_admin_id", optional(row.updated_by_admin_id())},
            {"created_at", optional(row.created_at())},
            {"created_at_ms", optional(row.created_at_ms())},
            {"updated_at", optional(row.updated_at())},
            {"updated_at_ms", optional(row.updated_at_ms())},
            {"execution_results_url", optional(row.execution_results_url())}};
}

void take(const dc::page &page, outcome &got)
{
    const dc::rate_limit limits = page.limits();

    for (const auto &row : page)
        got.rows.push_back(fields_of(row));
    got.pages.push_back({{"next_cursor", optional(page.next_cursor())},
                         {"request_id", optional(page.request_id())},
                         {"rate_limit", optional(limits.limit)},
                         {"rate_limit_remaining", optional(limits.remaining)},
                         {"rate_limit_reset", optional(limits.reset)}});
}

void take_pages(dc::page_walk &walk, std::size_t most, outcome &got)
{
    for (const auto &page : walk) {
        take(page, got);
        if (--most == 0)
            return;
    }
}

void walk_pages(const json &given, dc::page_walk walk, const dc::client &client, outcome &got)
{
    const std::string then = given.value("then", "");

    try {
        take_pages(walk, given.value("stop_after", std::size_t{0}), got);
    } catch (const dc::error &error) {
        if (then != "go_on")
            throw;
        got.error = error;
        take_pages(walk, 0, got);
    }
    if (then == "resume") {
        dc::page_walk second = client.pages(0, walk.cursor());
        take_pages(second, 0, got);
    }
}

void perform(const json &given, const dc::client &client, const dc::cancel_token &token, outcome &got)
{
    const std::string call = given.at("call");
    const auto per_page = given.value("per_page", std::int32_t{0});
    std::optional<std::string> cursor;

    if (given.contains("starting_after"))
        cursor = given["starting_after"].get<std::string>();
    if (call == "page")
        take(client.list_page(per_page, cursor, &token), got);
    else if (call == "pages")
        walk_pages(given, client.pages(per_page, cursor, &token).prefetch(given.value("prefetch", false)), client, got);
    else if (call == "connectors")
        for (const auto &row : client.list(per_page, cursor, &token).prefetch(given.value("prefetch", false))) {
            got.rows.push_back(fields_of(row));
            if (got.rows.size() == given.value("stop_after", std::size_t{0}))
                break;
        }
    else if (call != "client")
        throw unexpected("this runner doesn't know the call " + call);
}

/** Ends something a while from now on a thread of its own, or at once. */
template <typename End>
void end_later(const json &given, const char *name, End end, std::vector<std::thread> &threads)
{
    if (!given.contains(name))
        return;
    const milliseconds wait(given[name].get<int>());
    if (wait.count() == 0)
        end();
    else
        threads.emplace_back([wait, end] {
            std::this_thread::sleep_for(wait);
            end();
        });
}

outcome call(const json &given, const dc::client &client)
{
    using clock = std::chrono::steady_clock;
    const dc::cancel_token token;
    const auto started = clock::now();
    std::vector<std::thread> enders;
    outcome got;

    got.closed = given.value("closed", false);
    end_later(given, "cancel_after_ms", [&token] { token.cancel(); }, enders);
    end_later(given, "shutdown_after_ms", [&client] { client.shutdown(); }, enders);
    try {
        perform(given, client, token, got);
    } catch (const dc::error &error) {
        got.error = error;
    }
    got.took_ms = std::chrono::duration<double, std::milli>(clock::now() - started).count();
    for (auto &ender : enders)
        ender.join();
    return got;
}

std::vector<outcome> outcomes_of(const json &given)
{
    std::vector<outcome> got(given.value("callers", std::size_t{1}));
    std::vector<std::thread> callers;

    try {
        const dc::client client(config_of(given.at("settings")));
        if (given.value("closed", false))
            // One that is destroyed can't be used; the one that has ended refuses calls.
            client.shutdown();
        for (auto &one : got)
            callers.emplace_back([&] { one = call(given, client); });
        for (auto &caller : callers)
            caller.join();
    } catch (const dc::error &error) {
        got.front().error = error;
        got.resize(1);
    }
    return got;
}

void run(const json &given)
{
    static const std::set<std::string> known = {
        "name", "settings", "call", "per_page", "starting_after", "prefetch", "stop_after",
        "then", "cancel_after_ms", "shutdown_after_ms", "closed", "callers", "expect"};

    for (const auto &[name, value] : given.items())
        if (known.count(name) == 0)
            throw unexpected("this runner doesn't know " + name);
    for (const auto &got : outcomes_of(given)) {
        if (got.error)
            std::cout << "# " << dc_status_name(got.error->status()) << ": " << got.error->what() << '\n';
        judge(given, got);
    }
}

} // namespace

int main(int, char **arguments)
{
    std::ifstream file(arguments[1]);

    for (const auto &given : json::parse(file)) {
        const std::string name = given.at("name");
        try {
            run(given);
            std::cout << "ok " << name << std::endl;
        } catch (const std::exception &wrong) {
            std::cout << "not ok " << name << ": " << wrong.what() << std::endl;
        }
    }
}
