// Runs the cases of tests/conformance through data_connectors.hpp, and prints a result for each.

#include "result.hpp"

#include <chrono>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>

namespace {

using std::chrono::milliseconds;

/** Sets options by name; the setting "token" is the option access_token. */
void set_options(dc::config &config, const json &values)
{
    for (const auto &[name, value] : values.items()) {
        const std::string option = name == "token" ? DC_OPTION_ACCESS_TOKEN : name;
        if (value.is_string())
            config.set(option.c_str(), value.get<std::string>());
        else
            config.set(option.c_str(), value.is_boolean() ? value.get<bool>() : value.get<std::int64_t>());
    }
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

void add_page(const dc::page &page, result &actual)
{
    const dc::rate_limit limits = page.limits();

    for (const auto &row : page)
        actual.rows.push_back(fields_of(row));
    actual.pages.push_back({{"next_cursor", optional(page.next_cursor())},
                            {"request_id", optional(page.request_id())},
                            {"rate_limit", optional(limits.limit)},
                            {"rate_limit_remaining", optional(limits.remaining)},
                            {"rate_limit_reset", optional(limits.reset)}});
}

/** Lists pages until the end, a failure, or a number of pages (0: all). */
void list_pages(dc::pager &pager, std::size_t limit, result &actual)
{
    for (const auto &page : pager) {
        add_page(page, actual);
        if (--limit == 0)
            return;
    }
}

void paginate(const json &test_case, dc::pager pager, const dc::client &client, result &actual)
{
    const std::string then = test_case.value("then", "");

    try {
        list_pages(pager, test_case.value("stop_after", std::size_t{0}), actual);
    } catch (const dc::error &error) {
        if (then != "continue")
            throw;
        actual.error = error;
        list_pages(pager, 0, actual);
    }
    if (then == "resume") {
        dc::pager second = client.pages(0, pager.cursor());
        list_pages(second, 0, actual);
    }
}

/** A number of the case, in a type of the wrapper. */
template <typename Value>
std::optional<Value> number(const json &test_case, const char *name)
{
    return test_case.contains(name) ? std::optional(Value(test_case[name].get<std::int32_t>())) : std::nullopt;
}

void take_snapshot(const json &test_case, const dc::client &client, const dc::cancel_token &token, result &actual)
{
    static const char *const states[] = {"incomplete", "complete", "refreshed"};
    const std::string then = test_case.value("then", "");
    const auto take = [&](const dc::snapshot *previous) {
        return client.snapshot(previous, number<milliseconds>(test_case, "overlap_ms"),
                               number<std::int32_t>(test_case, "max_passes"),
                               number<milliseconds>(test_case, "snapshot_timeout_ms"), &token);
    };
    dc::snapshot snapshot =
        test_case.contains("stored") ? dc::snapshot::load(test_case["stored"].get<std::string>()) : take(nullptr);

    if (then == "store") {
        snapshot = dc::snapshot::load(std::string(snapshot.json()));
    } else if (!then.empty()) {
        dc::snapshot newer = take(then == "refresh" ? &snapshot : nullptr);
        actual.snapshot["diff"] = json::parse(newer.diff(snapshot));
        snapshot = std::move(newer);
    }
    for (const auto &row : snapshot)
        actual.rows.push_back(fields_of(row));
    actual.snapshot["state"] = states[snapshot.state()];
    if (snapshot.is_complete() != (snapshot.state() == DC_SNAPSHOT_COMPLETE))
        throw unexpected("is_complete() is unexpected");
    actual.snapshot["reason"] = optional(snapshot.reason());
    actual.snapshot["as_of_ms"] = optional(snapshot.as_of_ms());
    actual.snapshot["stored_contains"] = std::string(snapshot.json());
}

void perform(const json &test_case, const dc::client &client, const dc::cancel_token &token, result &actual)
{
    const std::string call = test_case.at("call");
    const auto per_page = test_case.value("per_page", std::int32_t{0});
    const bool prefetch = test_case.value("prefetch", false);
    std::optional<std::string> cursor;

    if (test_case.contains("starting_after"))
        cursor = test_case["starting_after"].get<std::string>();
    if (call == "page")
        add_page(client.list_page(per_page, cursor, &token), actual);
    else if (call == "pages")
        paginate(test_case, client.pages(per_page, cursor, &token).prefetch(prefetch), client, actual);
    else if (call == "connectors")
        for (const auto &row : client.list(per_page, cursor, &token).prefetch(prefetch)) {
            actual.rows.push_back(fields_of(row));
            if (actual.rows.size() == test_case.value("stop_after", std::size_t{0}))
                break;
        }
    else if (call == "snapshot" || call == "load")
        take_snapshot(test_case, client, token, actual);
    else if (call != "client")
        throw unexpected("unsupported call " + call);
}

/** Calls a function on another thread after the delay in a field of the case. */
template <typename Cancel>
void cancel_later(const json &test_case, const char *name, Cancel cancel, std::vector<std::thread> &threads)
{
    if (!test_case.contains(name))
        return;
    const milliseconds wait(test_case[name].get<int>());
    if (wait.count() == 0)
        cancel();
    else
        threads.emplace_back([wait, cancel] {
            std::this_thread::sleep_for(wait);
            cancel();
        });
}

result call(const json &test_case, const dc::client &client)
{
    using clock = std::chrono::steady_clock;
    const dc::cancel_token token;
    const auto started = clock::now();
    std::vector<std::thread> threads;
    result actual;

    actual.closed = test_case.value("closed", false);
    cancel_later(test_case, "cancel_after_ms", [&token] { token.cancel(); }, threads);
    cancel_later(test_case, "shutdown_after_ms", [&client] { client.shutdown(); }, threads);
    try {
        perform(test_case, client, token, actual);
    } catch (const dc::error &error) {
        actual.error = error;
    }
    actual.duration_ms = std::chrono::duration<double, std::milli>(clock::now() - started).count();
    for (auto &thread : threads)
        thread.join();
    return actual;
}

std::vector<result> run_case(const json &test_case)
{
    std::vector<result> results(test_case.value("callers", std::size_t{1}));
    std::vector<std::thread> callers;

    try {
        dc::config config;
        set_options(config, test_case.at("settings"));
        set_options(config, test_case.value("options", json::object()));
        const dc::client client(config);
        if (test_case.value("closed", false))
            // A destroyed client cannot be used; one that was shut down rejects calls.
            client.shutdown();
        for (auto &one : results)
            callers.emplace_back([&] { one = call(test_case, client); });
        for (auto &caller : callers)
            caller.join();
    } catch (const dc::error &error) {
        results.front().error = error;
        results.resize(1);
    }
    return results;
}

void run(const json &test_case)
{
    static const std::set<std::string> known = {
        "name",       "settings", "options",         "call",              "per_page", "starting_after", "prefetch",
        "stop_after", "then",     "cancel_after_ms", "shutdown_after_ms", "closed",   "callers",        "expect",
        "overlap_ms", "stored",   "max_passes",      "snapshot_timeout_ms"};

    for (const auto &[name, value] : test_case.items())
        if (known.count(name) == 0)
            throw unexpected("unsupported field " + name);
    for (const auto &actual : run_case(test_case)) {
        if (actual.error)
            std::cout << "# " << dc_status_name(actual.error->status()) << ": " << actual.error->what() << '\n';
        check_result(test_case, actual);
    }
}

} // namespace

int main(int, char **arguments)
{
    std::ifstream file(arguments[1]);

    for (const auto &test_case : json::parse(file)) {
        const std::string name = test_case.at("name");
        try {
            run(test_case);
            std::cout << "ok " << name << std::endl;
        } catch (const std::exception &difference) {
            std::cout << "not ok " << name << ": " << difference.what() << std::endl;
        }
    }
}
