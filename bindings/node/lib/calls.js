'use strict';
// Calls under way: each a number of the addon's, and the promise that waits for it.

const { CANCELLED, DONE, OK, failure } = require('./errors');
const native = require('./native');

// Kept with the addon: what loads this file anew, as test runners do, gets the addon that was started before.
if (!native.waiting) {
  const settles = new Map();
  native.start((id, status, value) => {
    const settle = settles.get(id);
    settles.delete(id);
    settle([status, value]);
  });
  native.waiting = settles;
}
const { waiting } = native;

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
  // First of all: whatever fails below, the addon finds somebody to tell.
  const settled = new Promise((settle) => waiting.set(id, settle));
  begun?.(id);
  const cancel = () => native.cancel(id);
  signal?.addEventListener('abort', cancel, { once: true });
  const [status, value] = await settled;
  signal?.removeEventListener('abort', cancel);
  if (status === OK || status === DONE)
    return value;
  // As fetch does. Made here, behind the await, an error has the caller's lines in its stack.
  throw status === CANCELLED && signal?.aborted ? signal.reason : failure(status, value);
}

module.exports = { call, result };
