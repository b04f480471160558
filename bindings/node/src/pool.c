#include "pool.h"

void pool_init(struct pool *pool)
{
    mutex_init(&pool->lock);
    for (int i = 0; i < POOL_SIZE; i++) {
        pool->workers[i].pool = pool;
        condition_init(&pool->workers[i].wake);
    }
}

THREAD_FUNCTION(work, argument)
{
    struct worker *worker = argument;
    struct pool *pool = worker->pool;
    mutex_lock(&pool->lock);
    while (worker->pending || !pool->stopping) {
        if (worker->pending) {
            struct job *job = worker->job;
            worker->pending = false;
            mutex_unlock(&pool->lock);
            job->run(job);
            mutex_lock(&pool->lock);
        } else {
            condition_wait(&worker->wake, &pool->lock);
        }
    }
    mutex_unlock(&pool->lock);
    return 0;
}

int pool_submit(struct pool *pool, struct job *job)
{
    int i = 0;
    while (i < POOL_SIZE && pool->workers[i].job)
        i++;
    struct worker *worker = &pool->workers[i];
    if (i == POOL_SIZE || !(worker->started = worker->started || thread_start(&worker->thread, work, worker)))
        return -1;
    mutex_lock(&pool->lock);
    worker->job = job;
    worker->pending = true;
    condition_signal(&worker->wake);
    mutex_unlock(&pool->lock);
    return i;
}

void pool_release(struct pool *pool, int worker)
{
    pool->workers[worker].job = NULL;
}

void pool_stop(struct pool *pool, void (*cancel)(struct job *job))
{
    mutex_lock(&pool->lock);
    pool->stopping = true;
    for (int i = 0; i < POOL_SIZE; i++) {
        condition_signal(&pool->workers[i].wake);
        if (pool->workers[i].job)
            cancel(pool->workers[i].job);
    }
    mutex_unlock(&pool->lock);
    for (int i = 0; i < POOL_SIZE && pool->workers[i].started; i++)
        thread_join(pool->workers[i].thread);
}
