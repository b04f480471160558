// What the parts of the C++ runner share: runner.cpp performs the cases, judge.cpp judges what became of them.

#ifndef OUTCOME_HPP
#define OUTCOME_HPP

#include <data_connectors.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace dc = data_connectors;
using nlohmann::json;

/** What a case expects, and what came instead. */
struct unexpected : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/** What a call gave, and how it ended. */
struct outcome {
    /** The fields of each row, by their names. */
    std::vector<json> rows;
    /** What each page told beside its rows. */
    std::vector<json> pages;
    std::optional<dc::error> error;
    bool closed = false;
    double took_ms = 0;
};

/** A text, or null. */
inline json optional(const std::optional<std::string_view> &text) { return text ? json(std::string(*text)) : json(nullptr); }

/** A number or a truth value, or null. */
template <typename Value>
json optional(const std::optional<Value> &value)
{
    return value ? json(*value) : json(nullptr);
}

/** Throws what is wrong with an outcome. */
void judge(const json &given, const outcome &got);

#endif
