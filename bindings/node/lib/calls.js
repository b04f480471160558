'use strict';
// Calls run on threads of the addon, up to a limit; further ones are queued.

const errors = require('./errors');
const native = require('./native');

const kinds = new Map(Object.values(errors).map((kind) => [kind.code, kind]));
const running = new Map(); // by the index of the native thread
const queue = new Set(); // oldest first
let limit = 16;

// Converts a failure of the addon to an Error. Created after an await, its stack contains the caller.
function toError(failure) {
  if (failure instanceof Error)
    return failure;
  const { message, ...details } = failure;
  const suffix = details.requestId ? ` (request id ${details.requestId})` : '';
  return new (kinds.get(details.code) ?? errors.DataConnectorsError)(message + suffix, details);
}

// Calls a native function that doesn't block.
function attempt(call) {
  try {
    return call();
  } catch (failure) {
    throw toError(failure);
  }
}

class Call {
  // `start` starts the native call, and returns the index of its thread.
  constructor(start, log) {
    Object.assign(this, { start, log, thread: null });
    this.result = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    queue.add(this);
    startQueued();
  }

  cancel() {
    if (queue.delete(this))
      this.reject({ code: errors.CancelledError.code, message: 'request cancelled before it was sent' });
    else if (running.get(this.thread) === this)
      native.cancel(this.thread);
  }
}

function startQueued() {
  for (const call of queue) {
    if (running.size >= limit)
      return;
    queue.delete(call);
    try {
      call.thread = call.start();
      running.set(call.thread, call);
    } catch (failure) {
      call.reject(failure);
    }
  }
}

native.onEvent = (thread, level, value) => {
  const call = running.get(thread);
  if (level > 0) {
    try {
      call.log(level, value);
    } catch (error) {
      queueMicrotask(() => { throw error; }); // an uncaught exception, as in an event listener
    }
    return;
  }
  running.delete(thread);
  if (level === 0)
    call.resolve(value);
  else
    call.reject(value);
  startQueued();
};

function setMaxConcurrentCalls(count) {
  if (!Number.isInteger(count) || count < 1 || count > native.poolSize)
    throw new errors.InvalidArgumentError(
      `invalid count${typeof count === 'number' ? ` ${count}` : ''}: use an integer from 1 to ${native.poolSize}`);
  limit = count;
  startQueued();
}

// The calls of each signal share one listener: Node warns about more than ten.
const listeners = new WeakMap();

function listen(signal, call) {
  if (!listeners.has(signal)) {
    const calls = new Set();
    const cancel = () => calls.forEach((each) => each.cancel());
    signal.addEventListener('abort', cancel, { once: true });
    listeners.set(signal, { calls, cancel });
  }
  const { calls, cancel } = listeners.get(signal);
  calls.add(call);
  return () => {
    calls.delete(call);
    if (calls.size === 0) {
      signal.removeEventListener('abort', cancel);
      listeners.delete(signal);
    }
  };
}

// Waits for a call. If a signal cancels it, throws the signal's reason, as fetch does.
async function wait(call, signal) {
  const unlisten = signal ? listen(signal, call) : null;
  try {
    return await call.result;
  } catch (failure) {
    const error = toError(failure);
    throw signal?.aborted && error instanceof errors.CancelledError ? signal.reason : error;
  } finally {
    unlisten?.();
  }
}

module.exports = { Call, attempt, setMaxConcurrentCalls, wait };
