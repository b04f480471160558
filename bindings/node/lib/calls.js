'use strict';
// Calls under way: each a number of the addon's, and the promise that waits for it.

const { CANCELLED, DONE, OK, failure } = require('./errors');
const native = require('./native');

const waiting = new Map();

native.start((id, status, value) => {
  const settle = waiting.get(id);
  waiting.delete(id);
  settle([status, value]);
});

// The result of a native function that answers at once: [status, value].
function result([status, value]) {
  if (status !== OK)
    throw failure(status, value);
  return value;
}

// Begins a call by `start`, and waits for it: a page, or null at the end of a walk. `begun` is told its number.
async function call(start, signal, begun) {
  if (signal?.aborted)
    throw signal.reason;
  const id = start();
  if (typeof id !== 'number')
    result(id);
  begun?.(id);
  const cancel = () => native.cancel(id);
  signal?.addEventListener('abort', cancel, { once: true });
  const [status, value] = await new Promise((settle) => waiting.set(id, settle));
  signal?.removeEventListener('abort', cancel);
  if (status === OK || status === DONE)
    return value;
  // As fetch does. Made here, behind the await, an error has the caller's lines in its stack.
  throw status === CANCELLED && signal?.aborted ? signal.reason : failure(status, value);
}

module.exports = { call, result };
