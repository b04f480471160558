#include "library.h"
#include "system.h"

#include <string.h>

#ifdef __GLIBC__
#include <gnu/libc-version.h>
/* Makes musl reject an addon for glibc, so that the one for musl is loaded. */
__attribute__((used)) static const char *(*const requires_glibc)(void) = gnu_get_libc_version;
#endif

struct library library;

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define X(name) {#name, offsetof(struct library, name)},
    LIBRARY_FUNCTIONS(X)
#undef X
};

static const char *const UNUSABLE = "DATA_CONNECTORS_LIBRARY_UNUSABLE";

static const char *resolve(void *handle, char *why, size_t size)
{
    struct library found;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *address = library_symbol(handle, functions[i].name);
        if (!address) {
            snprintf(why, size, i == 0 ? "is not libdata_connectors (it has no %s)"
                                       : "has no %s (older than this package): install a newer version",
                     functions[i].name);
            return UNUSABLE;
        }
        memcpy((char *)&found + functions[i].offset, &address, sizeof address);
        if (i == 0 && found.dc_abi_version() != DC_ABI_VERSION) {
            snprintf(why, size, "has ABI version %d, this package requires %d: install matching versions",
                     (int)found.dc_abi_version(), DC_ABI_VERSION);
            return UNUSABLE;
        }
    }
    library = found;
    return NULL;
}

const char *library_load(const char *path, char *why, size_t size)
{
    static mutex lock = MUTEX_INITIALIZER;
    const char *code = NULL;
    mutex_lock(&lock);
    if (!library.dc_abi_version) {
        void *handle = library_open(path, why, size);
        if (!handle)
            code = "DATA_CONNECTORS_LIBRARY_NOT_FOUND";
        else if ((code = resolve(handle, why, size)))
            library_close(handle);
    }
    mutex_unlock(&lock);
    return code;
}
