// Shared by the parts of the C++ runner: runner.cpp runs the cases, check.cpp checks their results.

#ifndef RESULT_HPP
#define RESULT_HPP

#include <data_connectors.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace dc = data_connectors;
using nlohmann::json;

/** The result differs from what the case expects. */
struct unexpected : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/** The result of a call. */
struct result {
    /** The fields of each row, by their names. */
    std::vector<json> rows;
    /** The other properties of each page. */
    std::vector<json> pages;
    /** The properties of the snapshot, by the names of the expectations. */
    json snapshot;
    std::optional<dc::error> error;
    bool closed = false;
    double duration_ms = 0;
};

/** A string or null. */
inline json optional(const std::optional<std::string_view> &value)
{
    return value ? json(std::string(*value)) : json(nullptr);
}

/** A number, a boolean or null. */
template <typename Value>
json optional(const std::optional<Value> &value)
{
    return value ? json(*value) : json(nullptr);
}

/** Throws unexpected if a result differs from what the case expects. */
void check_result(const json &test_case, const result &actual);

#endif
