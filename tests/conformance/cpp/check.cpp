#include "result.hpp"

namespace {

void check(const std::string &what, const json &actual, const json &expected)
{
    if (actual != expected)
        throw unexpected(what + " is " + actual.dump() + ", expected " + expected.dump());
}

/** The wrapper returns an empty string for an absent one. */
json string(std::string_view value) { return value.empty() ? json(nullptr) : json(std::string(value)); }

json error_part(const result &actual, const std::string &name)
{
    const dc::error &error = *actual.error;

    if (name == "status")
        return actual.closed && error.status() == DC_ERR_CANCELLED ? "closed" : dc_status_name(error.status());
    if (name == "http_status")
        return error.http_status() != 0 ? json(error.http_status()) : json(nullptr);
    if (name == "api_code")
        return string(error.api_code());
    if (name == "api_field")
        return string(error.api_field());
    if (name == "request_id")
        return string(error.request_id());
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
    throw unexpected("unsupported expectation error." + name);
}

void check_error(const result &actual, const json &expected)
{
    if (!actual.error)
        throw unexpected("there is no error");
    for (const auto &[name, value] : expected.items()) {
        if (name != "message")
            check(name, error_part(actual, name), value);
        else
            for (const auto &part : value)
                if (std::string(actual.error->what()).find(part.get<std::string>()) == std::string::npos)
                    throw unexpected("the message " + std::string(actual.error->what()) + " lacks " + part.dump());
    }
}

void check_rows(const result &actual, const json &expected)
{
    check("the number of rows", actual.rows.size(), expected.size());
    for (std::size_t i = 0; i < actual.rows.size(); i++)
        for (const auto &[name, value] : expected[i].items())
            check(name, actual.rows[i].at(name), value);
}

void check_ids(const result &actual, const json &expected)
{
    json ids = json::array();
    for (const auto &row : actual.rows)
        ids.push_back(row.at("id"));
    check("ids", ids, expected);
}

} // namespace

void check_result(const json &test_case, const result &actual)
{
    const json &expected = test_case.at("expect");

    if (actual.error && !expected.contains("error"))
        throw unexpected(std::string("the error is unexpected: ") + actual.error->what());
    if (actual.duration_ms < expected.value("min_ms", 0.0) || actual.duration_ms > expected.value("max_ms", 10000.0))
        throw unexpected("the call took " + std::to_string(actual.duration_ms) + " ms");
    for (const auto &[name, value] : expected.items()) {
        if (name == "error")
            check_error(actual, value);
        else if (name == "rows")
            check_rows(actual, value);
        else if (name == "ids")
            check_ids(actual, value);
        else if (name == "pages")
            check(name, actual.pages.size(), value);
        else if (name == "min_ms" || name == "max_ms")
            continue;
        else if (actual.pages.empty() || !actual.pages.back().contains(name))
            throw unexpected("unsupported expectation " + name + ", or no page");
        else
            check(name, actual.pages.back()[name], value);
    }
}
