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

/** Checks that a string has all parts, or is null as they are. */
void check_contains(const std::string &name, const json &actual, const json &parts)
{
    if (actual.is_null() || parts.is_null())
        check(name, actual, parts);
    for (const auto &part : parts)
        if (actual.get<std::string>().find(part.get<std::string>()) == std::string::npos)
            throw unexpected(name + ' ' + actual.dump() + " lacks " + part.dump());
}

void check_error(const result &actual, const json &expected)
{
    if (!actual.error)
        throw unexpected("there is no error");
    for (const auto &[name, value] : expected.items()) {
        if (name != "message")
            check(name, error_part(actual, name), value);
        else
            check_contains(name, actual.error->what(), value);
    }
}

void check_rows(const result &actual, const json &expected)
{
    check("the number of rows", actual.rows.size(), expected.size());
    for (std::size_t i = 0; i < actual.rows.size(); i++)
        for (const auto &[name, value] : expected[i].items())
            check(name, actual.rows[i].at(name), value);
}

/** The ids of rows, or null. */
json ids_of(const json &rows)
{
    json ids = rows.is_null() ? json(nullptr) : json::array();
    for (const auto &row : rows)
        ids.push_back(row.at("id"));
    return ids;
}

/** The changed fields by id. */
json fields_of(const json &changes)
{
    json fields = json::object();
    for (const auto &change : changes) {
        check("diff.changed", ids_of({change.at("old"), change.at("new")}), json({change.at("id"), change.at("id")}));
        if (change.at("old") == change.at("new"))
            throw unexpected("diff.changed has equal rows");
        fields[change.at("id").get<std::string>()] = change.at("fields");
    }
    return fields;
}

void check_diff(const json &actual, const json &expected)
{
    for (const auto &[name, value] : expected.items()) {
        if (!actual.contains(name))
            throw unexpected("unsupported expectation diff." + name);
        check("diff." + name, name == "changed" ? fields_of(actual[name]) : ids_of(actual[name]), value);
    }
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
            check(name, ids_of(actual.rows), value);
        else if (name == "pages")
            check(name, actual.pages.size(), value);
        else if (name == "diff")
            check_diff(actual.snapshot.at(name), value);
        else if (name == "reason" || name == "stored_contains")
            check_contains(name, actual.snapshot.at(name), value);
        else if (name == "state" || name == "as_of_ms")
            check(name, actual.snapshot.at(name), value);
        else if (name == "min_ms" || name == "max_ms")
            continue;
        else if (actual.pages.empty() || !actual.pages.back().contains(name))
            throw unexpected("unsupported expectation " + name + ", or no page");
        else
            check(name, actual.pages.back()[name], value);
    }
}
