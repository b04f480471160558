#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct library library;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool loaded;

/* The table's types are the header's: the compiler says so. */
#define X(result, name, parameters)                                                                                   \
    _Static_assert(__builtin_types_compatible_p(__typeof__(&name), result(*) parameters), #name);
LIBRARY_FUNCTIONS(X)
#undef X

struct symbol {
    const char *name;
    size_t place;
};

static const struct symbol symbols[] = {
#define X(result, name, parameters) {#name, offsetof(struct library, name)},
    LIBRARY_FUNCTIONS(X)
#undef X
};

static enum library_result resolve(void *handle, char *why, size_t size)
{
    struct library found;
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *address = dlsym(handle, symbols[i].name);
        /* dc_abi_version comes first: without it it's another library, without a later one it's an older one. */
        if (!address && i == 0) {
            snprintf(why, size, "it is not libdata_connectors: it has no dc_abi_version");
            return LIBRARY_WRONG;
        }
        if (!address) {
            snprintf(why, size, "it is older than this package: it has no %s", symbols[i].name);
            return LIBRARY_WRONG;
        }
        memcpy((char *)&found + symbols[i].place, &address, sizeof address);
        if (i == 0 && found.dc_abi_version() != DC_ABI_VERSION) {
            snprintf(why, size, "its ABI version is %d, and this package needs %d", (int)found.dc_abi_version(),
                     DC_ABI_VERSION);
            return LIBRARY_WRONG;
        }
    }
    library = found;
    return LIBRARY_LOADED;
}

enum library_result library_load(const char *path, char *why, size_t size)
{
    enum library_result result = LIBRARY_LOADED;
    pthread_mutex_lock(&lock);
    if (!loaded) {
        void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!handle) {
            snprintf(why, size, "%s", dlerror());
            result = LIBRARY_ABSENT;
        } else if ((result = resolve(handle, why, size)) != LIBRARY_LOADED) {
            dlclose(handle);
        }
        loaded = result == LIBRARY_LOADED;
    }
    pthread_mutex_unlock(&lock);
    return result;
}
