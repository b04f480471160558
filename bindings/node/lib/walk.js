'use strict';
// Walks: over pages, and over the connectors on them.

const { call, result } = require('./calls');
const native = require('./native');
const { connectors, page } = require('./page');

const END = Object.freeze({ done: true, value: undefined });

// The native walk. After a failure it stands where it was.
class Steps {
  #client;
  #signal;
  #pager;
  #call = null;
  #ended = false;

  constructor(client, { perPage, startingAfter, prefetch, signal }) {
    this.#client = client;
    this.#signal = signal;
    this.cursor = startingAfter;
    this.#pager = result(native.pagerNew(client.handle(), perPage, startingAfter, prefetch));
  }

  // What the addon tells of the next page, or null: at the end, or when the walk was left.
  async next(withJson) {
    if (this.#ended)
      return null;
    this.#client.handle();
    let told;
    try {
      told = await call(() => native.pagerNext(this.#pager, withJson), this.#signal, (id) => { this.#call = id; });
    } catch (error) {
      if (this.#ended)
        return null;
      throw error;
    } finally {
      this.#call = null;
    }
    this.cursor = told?.cursor ?? null;
    if (told === null)
      this.leave();
    return told;
  }

  // Ends a call under way, and frees the native walk.
  leave() {
    this.#ended = true;
    if (this.#call !== null)
      native.cancel([this.#call]);
    native.close(this.#pager);
  }
}

// One step at a time, in the order they were asked for, as an async generator does.
class Walk {
  #last = null;

  async inTurn(step) {
    const before = this.#last;
    let over;
    const turn = new Promise((resolve) => { over = resolve; });
    this.#last = turn;
    try {
      if (before !== null)
        await before;
      return await step();
    } finally {
      if (this.#last === turn)
        this.#last = null;
      over();
    }
  }

  get idle() {
    return this.#last === null;
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

// Where there is such: Node 18.18, 20 and later.
if (Symbol.asyncDispose)
  Object.defineProperty(Walk.prototype, Symbol.asyncDispose, { value: async function () { await this.return(); } });

class PageWalk extends Walk {
  #steps;

  constructor(client, options) {
    super();
    this.#steps = new Steps(client, options);
  }

  get cursor() {
    return this.#steps.cursor;
  }

  next() {
    return this.inTurn(async () => {
      const told = await this.#steps.next(true);
      return told === null ? END : { done: false, value: page(told) };
    });
  }

  async return(value) {
    this.#steps.leave();
    return { done: true, value };
  }
}

class ConnectorWalk extends Walk {
  #steps;
  #rows = [];
  #at = 0;

  constructor(client, options) {
    super();
    this.#steps = new Steps(client, options);
  }

  next() {
    // Most steps wait for nothing.
    if (this.#at < this.#rows.length && this.idle)
      return Promise.resolve({ done: false, value: this.#rows[this.#at++] });
    return this.inTurn(async () => {
      while (this.#at >= this.#rows.length) {
        const told = await this.#steps.next(false);
        if (told === null)
          return END;
        this.#rows = connectors(told.rows);
        this.#at = 0;
      }
      return { done: false, value: this.#rows[this.#at++] };
    });
  }

  async return(value) {
    this.#rows = [];
    this.#steps.leave();
    return { done: true, value };
  }
}

// What client.list() gives: each `for await` over it is a walk of its own.
class ConnectorList {
  #client;
  #options;

  constructor(client, options) {
    this.#client = client;
    this.#options = options;
    // What is wrong with the options is said here, not at the first step.
    new Steps(client, options).leave();
  }

  pages() {
    return new PageWalk(this.#client, this.#options);
  }

  [Symbol.asyncIterator]() {
    return new ConnectorWalk(this.#client, this.#options);
  }
}

module.exports = { ConnectorList };
