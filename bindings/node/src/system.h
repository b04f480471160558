/* Threads, and loading of a library, on POSIX systems and Windows. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#ifdef _WIN32
#include <windows.h>

typedef SRWLOCK mutex;
typedef CONDITION_VARIABLE condition;
typedef HANDLE thread;

#define MUTEX_INITIALIZER SRWLOCK_INIT
#define THREAD_FUNCTION(name, argument) static DWORD WINAPI name(void *argument)

static inline void mutex_init(mutex *lock) { InitializeSRWLock(lock); }
static inline void mutex_lock(mutex *lock) { AcquireSRWLockExclusive(lock); }
static inline void mutex_unlock(mutex *lock) { ReleaseSRWLockExclusive(lock); }
static inline void condition_init(condition *wake) { InitializeConditionVariable(wake); }
static inline void condition_signal(condition *wake) { WakeConditionVariable(wake); }
static inline void condition_wait(condition *wake, mutex *lock) { SleepConditionVariableSRW(wake, lock, INFINITE, 0); }

static inline bool thread_start(thread *started, LPTHREAD_START_ROUTINE function, void *argument)
{
    *started = CreateThread(NULL, 0, function, argument, 0, NULL);
    return *started != NULL;
}

static inline void thread_join(thread joined)
{
    WaitForSingleObject(joined, INFINITE);
    CloseHandle(joined);
}

static inline void *library_open(const char *path, char *why, size_t size)
{
    WCHAR wide[32768]; /* the longest path */
    HMODULE handle = NULL;
    if (MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, sizeof wide / sizeof *wide)) {
        /* LoadLibrary would search for a path with slashes as if it were a name. */
        for (WCHAR *at = wide; *at; at++)
            *at = *at == L'/' ? L'\\' : *at;
        /* Without the flag it searches for a file name in the current directory, too. */
        handle = LoadLibraryExW(wide, NULL, wcschr(wide, L'\\') ? 0 : LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    }
    if (!handle)
        snprintf(why, size, "%s: Windows error %lu", path, GetLastError());
    return handle;
}

static inline void *library_symbol(void *handle, const char *name) { return (void *)GetProcAddress(handle, name); }
static inline void library_close(void *handle) { FreeLibrary(handle); }

#else
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

typedef pthread_mutex_t mutex;
typedef pthread_cond_t condition;
typedef pthread_t thread;

#define MUTEX_INITIALIZER PTHREAD_MUTEX_INITIALIZER
#define THREAD_FUNCTION(name, argument) static void *name(void *argument)

static inline void mutex_init(mutex *lock) { pthread_mutex_init(lock, NULL); }
static inline void mutex_lock(mutex *lock) { pthread_mutex_lock(lock); }
static inline void mutex_unlock(mutex *lock) { pthread_mutex_unlock(lock); }
static inline void condition_init(condition *wake) { pthread_cond_init(wake, NULL); }
static inline void condition_signal(condition *wake) { pthread_cond_signal(wake); }
static inline void condition_wait(condition *wake, mutex *lock) { pthread_cond_wait(wake, lock); }

/* Blocks all signals on the thread: the program's own threads handle them. */
static inline bool thread_start(thread *started, void *(*function)(void *), void *argument)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool is_started = pthread_create(started, NULL, function, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started;
}

static inline void thread_join(thread joined) { pthread_join(joined, NULL); }

static inline void *library_open(const char *path, char *why, size_t size)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        snprintf(why, size, "%s", dlerror());
    return handle;
}

static inline void *library_symbol(void *handle, const char *name) { return dlsym(handle, name); }
static inline void library_close(void *handle) { dlclose(handle); }
#endif

#endif
