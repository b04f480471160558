// The C++ wrapper leaves no copy of a secret option in memory, whatever type of string it was set from.
#include "secrets.h"

#include <data_connectors.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace dc = data_connectors;

// A freed block is overwritten at its start by the allocator, so the secret comes after this.
static const std::size_t padding = 32;

// Calls a function with a value that ends in the secret.
template <typename Set>
static void leaves_nothing(int line, Set set)
{
    char text[128];

    std::memset(text, 'x', padding);
    unscramble(text + padding, token, sizeof token);
    set(text);
    CHECK(count(token, sizeof token) > 0); // so the search works
    wipe(text, sizeof text);
    if (const int copies = count(token, sizeof token)) {
        std::fprintf(stderr, "line %d: %d copies of the secret remain\n", line, copies);
        std::exit(1);
    }
}

#define LEAVES_NOTHING(set) leaves_nothing(__LINE__, set)

template <typename Value>
static void is_refused(const char *option, const Value &value)
{
    try {
        dc::config().set(option, value);
    } catch (const dc::error &error) {
        CHECK(error.status() == DC_ERR_INVALID_ARGUMENT);
        return;
    }
    CHECK(!"the value is refused");
}

static void owned_strings()
{
    LEAVES_NOTHING([](const char *text) {
        std::string value(text);
        dc::config().token(value);
        wipe(&value[0], value.size());
    });
    LEAVES_NOTHING([](const char *text) {
        std::optional<std::string> value(text);
        dc::config().set(DC_OPTION_ACCESS_TOKEN, value);
        wipe(&(*value)[0], value->size());
    });
    LEAVES_NOTHING([](const char *text) {
        std::string value(text);
        value[1] = '\0';
        is_refused(DC_OPTION_ACCESS_TOKEN, value);
        is_refused(DC_OPTION_ACCESS_TOKEN, std::string_view(value));
        wipe(&value[0], value.size());
    });
}

static void borrowed_strings()
{
    LEAVES_NOTHING([](const char *text) { dc::config().token(text); });
    LEAVES_NOTHING([](const char *text) { dc::config().token(std::string_view(text)); });
    LEAVES_NOTHING([](const char *text) { dc::config().token(std::optional<std::string_view>(text)); });
    LEAVES_NOTHING([](char *text) {
        text[0] = ' ';
        is_refused(DC_OPTION_ACCESS_TOKEN, std::string_view(text));
        is_refused(DC_OPTION_PROXY, std::string_view(text));
    });
}

int main()
{
    owned_strings();
    borrowed_strings();
    return 0;
}
