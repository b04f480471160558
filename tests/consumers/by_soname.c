/* Loads the library by name at run time, and counts the rows of a page of the server at argv[1]. Fails if closing the
 * library unloads it. */
#include <stdint.h>
#include <stdio.h>
#ifdef _WIN32
#include <windows.h>

#define NAME "data_connectors.dll"
#define dlopen(name, flags) ((void *)LoadLibraryA(name))
#define dlsym(library, name) ((void *)GetProcAddress((HMODULE)(library), name))
#define dlvsym(library, name, version) dlsym(library, name)
#define dlerror() "LoadLibrary failed"
#define dlclose(library) (!FreeLibrary((HMODULE)(library)))
#define is_loaded() (GetModuleHandleA(NAME) != NULL)
#else
#include <dlfcn.h>

#define NAME "libdata_connectors.so.1"
#define is_loaded() (dlopen(NAME, RTLD_NOW | RTLD_NOLOAD) != NULL)
#endif

typedef struct handle handle;

static void *library;

/* Stores the address of a function in the function pointer that `function` points to. */
static void find(const char *name, void *function)
{
    *(void **)function = dlsym(library, name);
}

static int rows(const char *base_url)
{
    handle *(*config_new)(void);
    int32_t (*set_string)(handle *, const char *, const char *, handle **);
    int32_t (*client_new)(const handle *, handle **, handle **);
    int32_t (*list_page)(const handle *, int32_t, const char *, const handle *, handle **, handle **);
    size_t (*count)(const handle *);
    void (*config_free)(handle *), (*client_free)(handle *), (*page_free)(handle *);
    handle *config, *client = NULL, *page = NULL;
    int found = -1;

    find("dc_config_new", &config_new);
    find("dc_config_set_string", &set_string);
    find("dc_client_new", &client_new);
    find("dc_list_page", &list_page);
    find("dc_page_count", &count);
    find("dc_config_free", &config_free);
    find("dc_client_free", &client_free);
    find("dc_page_free", &page_free);
    config = config_new();
    if (set_string(config, "access_token", "a-token-for-tests", NULL) == 0 &&
        set_string(config, "base_url", base_url, NULL) == 0 &&
        client_new(config, &client, NULL) == 0 && list_page(client, 50, NULL, NULL, &page, NULL) == 0)
        found = (int)count(page);
    page_free(page);
    client_free(client);
    config_free(config);
    return found;
}

int main(int argc, char **argv)
{
    int32_t (*abi_version)(void);

    library = dlopen(NAME, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    find("dc_abi_version", &abi_version);
    if (abi_version == NULL || dlvsym(library, "dc_version", "DATA_CONNECTORS_0.1") == NULL)
        return 2;
    printf("%d %d\n", (int)abi_version(), argc > 1 ? rows(argv[1]) : -1);
    return dlclose(library) == 0 && is_loaded() ? 0 : 3;
}
