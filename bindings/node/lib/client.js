'use strict';

const { Call, attempt, wait } = require('./calls');
const { ClosedError } = require('./errors');
const { ConnectorList } = require('./iterators');
const native = require('./native');
const { LEVELS, clientOptions, listOptions, pageOptions, snapshotOptions } = require('./options');
const { toPage } = require('./page');
const { Snapshot } = require('./snapshot');

class Client {
  #native;
  #shown;
  #log;
  #calls = new Set();
  #closing = null;

  constructor(options) {
    const { values, shown, logger, level } = clientOptions(options);
    this.#native = attempt(() => native.clientNew(values, level));
    this.#shown = shown;
    this.#log = (lineLevel, message) => logger[LEVELS[lineLevel - 1]](message);
  }

  #open() {
    if (this.closed)
      throw new ClosedError('the client is closed');
    return this.#native;
  }

  async listPage(options) {
    return this.#fetch(null, pageOptions(options));
  }

  list(options) {
    return new ConnectorList(listOptions(options), {
      newPager: ({ perPage, startingAfter, prefetch }) =>
        attempt(() => native.pagerNew(this.#open(), perPage, startingAfter, prefetch)),
      fetch: (...request) => this.#fetch(...request),
    });
  }

  async snapshot(options) {
    const { previous, overlapMs, maxPasses, timeoutMs, signal } = snapshotOptions(options);
    const from = () => previous && Snapshot.handleOf(previous, 'previous');
    const start = (client) => native.startSnapshot(client, from(), overlapMs, maxPasses, timeoutMs);
    return new Snapshot(await this.#call(start, signal));
  }

  // Resolves with a page, or with null at the end of a pager's list.
  async #fetch(pager, { perPage, startingAfter, signal, withJson = true }, onCall) {
    const start = (client) => native.startPage(pager ?? client, perPage, startingAfter, withJson);
    const page = await this.#call(start, signal, onCall);
    return page && toPage(page);
  }

  // `onCall` receives the call.
  async #call(start, signal, onCall) {
    const client = this.#open();
    if (signal?.aborted)
      throw signal.reason;
    const call = new Call(() => start(client), this.#log);
    this.#calls.add(call);
    onCall?.(call);
    try {
      return await wait(call, signal);
    } finally {
      this.#calls.delete(call);
    }
  }

  close() {
    this.#closing ??= Promise.allSettled(Array.from(this.#calls, (call) => call.result)).then(() => {
      native.free(this.#native);
      this.#native = null;
    });
    return this.#closing;
  }

  shutdown() {
    if (this.#native !== null)
      native.shutdown(this.#native);
    this.#calls.forEach((call) => call.cancel());
    return this.close();
  }

  get closed() {
    return this.#closing !== null;
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return `Client ${inspect(this.closed ? { ...this.#shown, closed: true } : this.#shown, options)}`;
  }
}

// In Node 18.18, 20 and later.
for (const symbol of [Symbol.dispose, Symbol.asyncDispose].filter(Boolean))
  Object.defineProperty(Client.prototype, symbol, { value: Client.prototype.close });

module.exports = { Client };
