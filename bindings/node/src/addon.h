/*
 * What the parts of the addon share.
 *
 * Each environment (the main thread, and each worker thread) has a state of its own, with its clients, its calls and
 * its threads. All of it belongs to the environment's JavaScript thread, but for what struct pool says it shares with
 * the threads that make the calls.
 */
#ifndef ADDON_H
#define ADDON_H

#include <data_connectors.h>
#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* The most calls at a time that can be asked for, and how many there are if nobody asks. */
#define MOST_CALLS 128
#define USUAL_CALLS 16

/* A client, or a walk over pages: what an external of JavaScript points to. */
struct handle {
    struct state *state; /* NULL when the environment has gone */
    struct handle *next, *previous;
    struct handle *owner; /* of a walk: its client */
    unsigned holders;     /* JavaScript's external, calls under way, and a client's walks */
    unsigned calls;       /* those under way: what is native waits for them before it is freed */
    bool closed;
    dc_client *client;
    dc_pager *pager;
};

enum progress { QUEUED, RUNNING, DONE };

/* A call, from when JavaScript asks for it until JavaScript has what came of it. */
struct call {
    struct call *next, *previous;  /* in the state's list of all */
    struct call *behind, *ahead;   /* in the queue, or among those that are done; shared */
    enum progress progress;        /* shared */
    uint32_t id;
    struct handle *handle;         /* a walk: its next page; a client: the page that is asked for here */
    int32_t per_page;
    char *starting_after;
    bool with_json;
    dc_cancel_token *token;        /* only while the call runs; shared */
    dc_status status;
    dc_page *page;
    dc_error *error;
    char *cursor;                  /* a walk's, after the call */
};

struct line {
    struct call *first, *last;
};

/* The threads of an environment: as many as there are calls at a time, up to a limit; the calls beyond it queue. */
struct pool {
    pthread_mutex_t lock; /* for all of these, and what is said to be shared in a call */
    pthread_cond_t work;
    struct line queue, done;
    unsigned queued, running, idle, limit, threads;
    pthread_t ids[MOST_CALLS];
    bool ending;
    napi_threadsafe_function wake; /* set once; may be called from any thread */
};

struct state {
    struct pool pool;
    struct handle *handles;
    struct call *calls, *last_call;
    uint32_t count; /* of calls */
    uint32_t last_id;
};

/* pool.c */
bool pool_start(struct pool *pool);
bool pool_submit(struct pool *pool, struct call *call);
bool pool_withdraw(struct pool *pool, struct call *call);
void pool_interrupt(struct pool *pool, struct call *call);
void pool_finish(struct pool *pool, struct call *call);
struct call *pool_take_done(struct pool *pool);
void pool_set_limit(struct pool *pool, unsigned limit);
void pool_end(struct pool *pool);
void pool_destroy(struct pool *pool);

/* call.c */
bool call_prepare(struct call *call);
void call_interrupt(struct call *call);
void call_release(struct call *call);
void call_run(struct call *call);
void call_free(struct call *call);
void call_deliver(napi_env env, napi_value callback, void *context, void *data);
void calls_withdraw(struct handle *client);
napi_value list_page(napi_env env, napi_callback_info info);
napi_value pager_next(napi_env env, napi_callback_info info);
napi_value cancel(napi_env env, napi_callback_info info);

/* handle.c */
struct handle *handle_get(napi_env env, napi_value value);
void handle_release(struct handle *handle);
void handle_settle(struct handle *handle);
void handles_shut_down(struct state *state);
void handles_end(struct state *state);
napi_value replacements(napi_env env, napi_callback_info info);
napi_value client_new(napi_env env, napi_callback_info info);
napi_value pager_new(napi_env env, napi_callback_info info);
napi_value handle_close(napi_env env, napi_callback_info info);

/* value.c */
struct state *state_of(napi_env env);
bool arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values);
bool is_null(napi_env env, napi_value value);
void text_free(char *text);
bool text_in(napi_env env, napi_value value, char **text);
bool integer_in(napi_env env, napi_value value, int64_t least, int64_t most, int64_t *integer);
napi_value text_out(napi_env env, const char *text);
napi_value count_out(napi_env env, int64_t count);
napi_value pair(napi_env env, dc_status status, napi_value value);
napi_value failure(napi_env env, dc_status status, const dc_error *error);
napi_value page_out(napi_env env, const dc_page *page, const char *cursor, bool with_json);

#endif
