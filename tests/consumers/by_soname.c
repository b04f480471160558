/* Loads the library by its soname, as a program that is not linked with it would. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>

int main(void)
{
    void *library = dlopen("libdata_connectors.so.1", RTLD_NOW | RTLD_LOCAL);
    int32_t (*abi_version)(void);

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    *(void **)&abi_version = dlsym(library, "dc_abi_version");
    if (abi_version == NULL || dlvsym(library, "dc_version", "DATA_CONNECTORS_0.1") == NULL)
        return 2;
    printf("%d\n", (int)abi_version());
    return dlclose(library);
}
