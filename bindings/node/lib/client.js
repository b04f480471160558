'use strict';
// The client.

const check = require('./arguments');
const { call, result } = require('./calls');
const { ClosedError, InvalidArgumentError } = require('./errors').classes;
const native = require('./native');
const { page } = require('./page');
const { ConnectorList } = require('./walk');

// What a walk needs of its client: the handle, or the refusal of one that was closed.
class Hold {
  #handle;

  constructor(handle) {
    this.#handle = handle;
  }

  handle() {
    if (this.#handle === null)
      throw new ClosedError('the client is closed');
    return this.#handle;
  }

  close() {
    if (this.#handle !== null)
      native.close(this.#handle);
    this.#handle = null;
  }

  get closed() {
    return this.#handle === null;
  }
}

class Client {
  #hold;

  constructor(settings) {
    this.#hold = new Hold(result(native.clientNew(check.settings(settings))));
  }

  async listPage(options) {
    const { perPage, startingAfter, signal } = check.page(options);
    const handle = this.#hold.handle();
    return page(await call(() => native.listPage(handle, perPage, startingAfter, true), signal));
  }

  list(options) {
    return new ConnectorList(this.#hold, check.walk(options));
  }

  close() {
    this.#hold.close();
  }

  get closed() {
    return this.#hold.closed;
  }
}

// Where there are such: Node 18.18, 20 and later.
if (Symbol.dispose)
  Object.defineProperty(Client.prototype, Symbol.dispose, { value: Client.prototype.close });
if (Symbol.asyncDispose)
  Object.defineProperty(Client.prototype, Symbol.asyncDispose, { value: async function () { this.close(); } });

const MOST_CALLS = 128;
const RANGE = `1 to ${MOST_CALLS}`;

function setMaxConcurrentCalls(count) {
  if (check.integer(count, 'count', RANGE) < 1 || count > MOST_CALLS)
    throw new InvalidArgumentError(`count is ${count}: use ${RANGE}`);
  native.setMaxConcurrentCalls(count);
}

module.exports = { Client, setMaxConcurrentCalls };
