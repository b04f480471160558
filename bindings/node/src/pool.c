#include "pool.h"

#include <signal.h>

void pool_init(struct pool *pool)
{
    pthread_mutex_init(&pool->lock, NULL);
    for (int i = 0; i < POOL_SIZE; i++) {
        pool->workers[i].pool = pool;
        pthread_cond_init(&pool->workers[i].wake, NULL);
    }
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    while (worker->pending || !pool->stopping) {
        if (worker->pending) {
            struct job *job = worker->job;
            worker->pending = false;
            pthread_mutex_unlock(&pool->lock);
            job->run(job);
            pthread_mutex_lock(&pool->lock);
        } else {
            pthread_cond_wait(&worker->wake, &pool->lock);
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Blocks all signals on the thread: the program's own threads handle them. */
static bool start_thread(struct worker *worker)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&worker->thread, NULL, work, worker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

int pool_submit(struct pool *pool, struct job *job)
{
    int i = 0;
    while (i < POOL_SIZE && pool->workers[i].job)
        i++;
    struct worker *worker = &pool->workers[i];
    if (i == POOL_SIZE || !(worker->started = worker->started || start_thread(worker)))
        return -1;
    pthread_mutex_lock(&pool->lock);
    worker->job = job;
    worker->pending = true;
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&pool->lock);
    return i;
}

void pool_release(struct pool *pool, int worker)
{
    pool->workers[worker].job = NULL;
}

void pool_stop(struct pool *pool, void (*cancel)(struct job *job))
{
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    for (int i = 0; i < POOL_SIZE; i++) {
        pthread_cond_signal(&pool->workers[i].wake);
        if (pool->workers[i].job)
            cancel(pool->workers[i].job);
    }
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < POOL_SIZE && pool->workers[i].started; i++)
        pthread_join(pool->workers[i].thread, NULL);
}
