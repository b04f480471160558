#include "outcome.hpp"

namespace {

void check(const std::string &what, const json &got, const json &expected)
{
    if (got != expected)
        throw unexpected(what + " is " + got.dump() + ", and not " + expected.dump());
}

/** An empty text is how the wrapper says that there is none. */
json text(const std::string &value) { return value.empty() ? json(nullptr) : json(value); }

json fact(const outcome &got, const std::string &name)
{
    const dc::error &error = *got.error;

    if (name == "status")
        return got.closed && error.status() == DC_ERR_CANCELLED ? "closed" : dc_status_name(error.status());
    if (name == "http_status")
        return error.http_status() != 0 ? json(error.http_status()) : json(nullptr);
    if (name == "api_code")
        return text(error.api_code());
    if (name == "api_field")
        return text(error.api_field());
    if (name == "request_id")
        return text(error.request_id());
    if (name == "retry_after_ms")
        return error.retry_after() ? json(error.retry_after()->count()) : json(nullptr);
    if (name == "attempts")
        return error.attempts();
    if (name == "rate_limit")
        return optional(error.limits().limit);
    if (name == "rate_limit_remaining")
        return optional(error.limits().remaining);
    if (name == "rate_limit_reset")
        return optional(error.limits().reset);
    throw unexpected("this runner doesn't know error." + name);
}

void judge_error(const outcome &got, const json &expected)
{
    if (!got.error)
        throw unexpected("it succeeded");
    for (const auto &[name, value] : expected.items()) {
        if (name != "says")
            check(name, fact(got, name), value);
        else
            for (const auto &part : value)
                if (std::string(got.error->what()).find(part.get<std::string>()) == std::string::npos)
                    throw unexpected(std::string(got.error->what()) + " has no " + part.dump());
    }
}

void judge_rows(const outcome &got, const json &expected)
{
    check("the number of rows", got.rows.size(), expected.size());
    for (std::size_t i = 0; i < got.rows.size(); i++)
        for (const auto &[name, value] : expected[i].items())
            check(name, got.rows[i].at(name), value);
}

} // namespace

void judge(const json &given, const outcome &got)
{
    const json &expected = given.at("expect");

    if (got.error && !expected.contains("error"))
        throw unexpected(std::string("it failed: ") + got.error->what());
    if (got.took_ms < expected.value("least_ms", 0.0) || got.took_ms > expected.value("most_ms", 10000.0))
        throw unexpected("it took " + std::to_string(got.took_ms) + " ms");
    for (const auto &[name, value] : expected.items()) {
        if (name == "error")
            judge_error(got, value);
        else if (name == "rows")
            judge_rows(got, value);
        else if (name == "ids") {
            json ids = json::array();
            for (const auto &row : got.rows)
                ids.push_back(row.at("id"));
            check(name, ids, value);
        } else if (name == "pages")
            check(name, got.pages.size(), value);
        else if (name == "least_ms" || name == "most_ms")
            continue;
        else if (got.pages.empty() || !got.pages.back().contains(name))
            throw unexpected("no page has told " + name);
        else
            check(name, got.pages.back()[name], value);
    }
}
