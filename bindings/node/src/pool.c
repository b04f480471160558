/* The threads that make calls: started as they are needed, kept until the environment ends. */
#include "addon.h"

#include <signal.h>

static void append(struct line *line, struct call *call)
{
    call->behind = NULL;
    call->ahead = line->last;
    if (line->last)
        line->last->behind = call;
    else
        line->first = call;
    line->last = call;
}

static void take(struct line *line, struct call *call)
{
    if (call->ahead)
        call->ahead->behind = call->behind;
    else
        line->first = call->behind;
    if (call->behind)
        call->behind->ahead = call->ahead;
    else
        line->last = call->ahead;
}

static void finished(struct pool *pool, struct call *call, bool *wake)
{
    call->progress = DONE;
    /* Who finds others waiting need not wake JavaScript again: all are taken at once. */
    *wake = !pool->done.first && !pool->ending;
    append(&pool->done, call);
}

static void *work(void *argument)
{
    struct pool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    while (!pool->ending) {
        if (!pool->queue.first || pool->running >= pool->limit) {
            pool->idle++;
            pthread_cond_wait(&pool->work, &pool->lock);
            pool->idle--;
            continue;
        }
        struct call *call = pool->queue.first;
        bool wake;
        take(&pool->queue, call);
        pool->queued--;
        pool->running++;
        call_prepare(call); /* with the lock: who finds the call running finds its token */
        call->progress = RUNNING;
        pthread_mutex_unlock(&pool->lock);
        call_run(call);
        pthread_mutex_lock(&pool->lock);
        pool->running--;
        call_release(call); /* with the lock as well */
        finished(pool, call, &wake);
        if (wake) {
            /* The function lives until this thread was joined. It takes a lock of its own. */
            pthread_mutex_unlock(&pool->lock);
            napi_call_threadsafe_function(pool->wake, NULL, napi_tsfn_nonblocking);
            pthread_mutex_lock(&pool->lock);
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Signals are for the threads of the program. */
static bool start_thread(struct pool *pool)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&pool->ids[pool->threads], NULL, work, pool) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool->threads += started;
    return started;
}

bool pool_start(struct pool *pool)
{
    pool->limit = USUAL_CALLS;
    if (pthread_mutex_init(&pool->lock, NULL))
        return false;
    if (pthread_cond_init(&pool->work, NULL)) {
        pthread_mutex_destroy(&pool->lock);
        return false;
    }
    return true;
}

/* False: there is no thread, and the system gives none. */
bool pool_submit(struct pool *pool, struct call *call)
{
    pthread_mutex_lock(&pool->lock);
    if (pool->queued >= pool->idle && pool->threads < pool->limit)
        start_thread(pool);
    bool taken = pool->threads > 0;
    if (taken) {
        call->progress = QUEUED;
        append(&pool->queue, call);
        pool->queued++;
        pthread_cond_signal(&pool->work);
    }
    pthread_mutex_unlock(&pool->lock);
    return taken;
}

/* Takes a call out of the queue, if it is in there. */
bool pool_withdraw(struct pool *pool, struct call *call)
{
    pthread_mutex_lock(&pool->lock);
    bool queued = call->progress == QUEUED;
    if (queued) {
        take(&pool->queue, call);
        pool->queued--;
        call->progress = RUNNING;
    }
    pthread_mutex_unlock(&pool->lock);
    return queued;
}

/* Ends a call that was taken out of the queue by a thread, if it isn't over. */
void pool_interrupt(struct pool *pool, struct call *call)
{
    pthread_mutex_lock(&pool->lock);
    call_interrupt(call);
    pthread_mutex_unlock(&pool->lock);
}

/* Has JavaScript told of a call that was withdrawn. */
void pool_finish(struct pool *pool, struct call *call)
{
    bool wake;
    pthread_mutex_lock(&pool->lock);
    finished(pool, call, &wake);
    pthread_mutex_unlock(&pool->lock);
    if (wake)
        napi_call_threadsafe_function(pool->wake, NULL, napi_tsfn_nonblocking);
}

/* All that are done, one behind the other. */
struct call *pool_take_done(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct call *first = pool->done.first;
    pool->done = (struct line){NULL, NULL};
    pthread_mutex_unlock(&pool->lock);
    return first;
}

void pool_set_limit(struct pool *pool, unsigned limit)
{
    pthread_mutex_lock(&pool->lock);
    pool->limit = limit;
    unsigned wanted = pool->queued + pool->running;
    while (pool->threads < wanted && pool->threads < limit && start_thread(pool))
        ;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

/* Begins no more calls. */
void pool_end(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

/* Waits for the calls under way, which somebody has to have ended. */
void pool_destroy(struct pool *pool)
{
    for (unsigned i = 0; i < pool->threads; i++)
        pthread_join(pool->ids[i], NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
}
