/*
 * Threads that run jobs. A thread is started when a job finds no idle one, and kept until the pool is stopped. All
 * functions are called by the thread that owns the pool.
 */
#ifndef POOL_H
#define POOL_H

#include "system.h"

#define POOL_SIZE 128

/* A job. The pool does not use it after `run` has been called, and does not free it. */
struct job {
    void (*run)(struct job *job);
};

struct worker {
    struct pool *pool;
    struct job *job; /* NULL: idle */
    bool pending;    /* the thread has not started the job yet */
    bool started;
    thread thread;
    condition wake;
};

struct pool {
    mutex lock; /* of `stopping`, and of the workers' jobs until they run */
    bool stopping;
    struct worker workers[POOL_SIZE];
};

void pool_init(struct pool *pool);

/* Runs a job, and returns the index of its worker; -1 if all are busy, or the system is out of threads. */
int pool_submit(struct pool *pool, struct job *job);

/* Marks a worker as idle after its job has run. */
void pool_release(struct pool *pool, int worker);

/* Calls `cancel` for each job that was not released, and waits until all have run. */
void pool_stop(struct pool *pool, void (*cancel)(struct job *job));

#endif
