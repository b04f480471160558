#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

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
        void *address = dlsym(handle, functions[i].name);
        if (!address) {
            snprintf(why, size, i == 0 ? "it is not libdata_connectors: it has no %s"
                                       : "it is older than this package: it has no %s", functions[i].name);
            return UNUSABLE;
        }
        memcpy((char *)&found + functions[i].offset, &address, sizeof address);
        if (i == 0 && found.dc_abi_version() != DC_ABI_VERSION) {
            snprintf(why, size, "its ABI version is %d, but this package requires %d", (int)found.dc_abi_version(),
                     DC_ABI_VERSION);
            return UNUSABLE;
        }
    }
    library = found;
    return NULL;
}

const char *library_load(const char *path, char *why, size_t size)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const char *code = NULL;
    pthread_mutex_lock(&lock);
    if (!library.dc_abi_version) {
        void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!handle) {
            snprintf(why, size, "%s", dlerror());
            code = "DATA_CONNECTORS_LIBRARY_NOT_FOUND";
        } else if ((code = resolve(handle, why, size))) {
            dlclose(handle);
        }
    }
    pthread_mutex_unlock(&lock);
    return code;
}
