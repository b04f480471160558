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

// Of each signal the calls under way that it ends: their numbers, oldest first, and the one listener for all of them.
const heard = new WeakMap();

function listen(signal, id) {
  let calls = heard.get(signal);
  if (calls === undefined) {
    const ids = new Set();
    calls = { ids, cancel: () => native.cancel([...ids]) };
    signal.addEventListener('abort', calls.cancel, { once: true });
    heard.set(signal, calls);
  }
  calls.ids.add(id);
  return calls;
}

function unlisten(signal, calls) {
  if (calls.ids.size > 0 || heard.get(signal) !== calls)
    return;
  heard.delete(signal);
  signal.removeEventListener('abort', calls.cancel);
}

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
  let calls = null;
  const settled = new Promise((settle) => waiting.set(id, (told) => {
    calls?.ids.delete(id);
    settle(told);
  }));
  begun?.(id);
  if (signal)
    calls = listen(signal, id);
  const [status, value] = await settled;
  if (signal)
    unlisten(signal, calls);
  if (status === OK || status === DONE)
    return value;
  // As fetch does. Made here, behind the await, an error has the caller's lines in its stack.
  throw status === CANCELLED && signal?.aborted ? signal.reason : failure(status, value);
}

module.exports = { call, result };
