'use strict';

const native = require('./native');

const END = Object.freeze({ done: true, value: undefined });

class ListIterator {
  [Symbol.asyncIterator]() {
    return this;
  }
}

// In Node 18.18, 20 and later.
if (Symbol.asyncDispose)
  ListIterator.prototype[Symbol.asyncDispose] = async function () { await this.return(); };

// Concurrent calls of next() are serialized. The first one starts its call synchronously, so that close() waits for it.
// After an error next() requests the same page again.
class PageIterator extends ListIterator {
  #options;
  #client;
  #pager;
  #cursor;
  #call = null;
  #turn = null;
  #ended = false;

  constructor(options, client) {
    super();
    this.#options = options;
    this.#client = client;
    this.#pager = client.newPager(options);
    this.#cursor = options.startingAfter;
  }

  get cursor() {
    return this.#cursor;
  }

  async next() {
    const previous = this.#turn;
    let finish;
    const turn = this.#turn = new Promise((resolve) => { finish = resolve; });
    try {
      if (previous !== null)
        await previous;
      return await this.#fetch();
    } finally {
      if (this.#turn === turn)
        this.#turn = null;
      finish();
    }
  }

  async #fetch() {
    if (this.#ended)
      return END;
    try {
      const page = await this.#client.fetch(this.#pager, this.#options, (call) => { this.#call = call; });
      this.#cursor = page && page.nextCursor;
      return page ? { done: false, value: page } : this.return();
    } catch (error) {
      if (this.#ended)
        return END;
      throw error;
    }
  }

  async return(value) {
    if (!this.#ended) {
      this.#ended = true;
      this.#call?.cancel();
      native.free(this.#pager);
    }
    return { done: true, value };
  }
}

class ConnectorIterator extends ListIterator {
  #pages;
  #connectors = [];
  #position = 0;
  #fetching = null;
  #ended = false;

  constructor(options, client) {
    super();
    this.#pages = new PageIterator({ ...options, withJson: false }, client);
  }

  async next() {
    while (this.#position === this.#connectors.length) {
      if (this.#ended)
        return END;
      await (this.#fetching ??= this.#fetch());
    }
    return { done: false, value: this.#connectors[this.#position++] };
  }

  // Shared by concurrent calls of next().
  async #fetch() {
    try {
      const { done, value } = await this.#pages.next();
      this.#ended ||= done;
      this.#connectors = this.#ended ? [] : value.connectors;
      this.#position = 0;
    } finally {
      this.#fetching = null;
    }
  }

  async return(value) {
    this.#ended = true;
    this.#position = this.#connectors.length;
    return this.#pages.return(value);
  }
}

class ConnectorList {
  #options;
  #client;

  constructor(options, client) {
    this.#options = options;
    this.#client = client;
    native.free(client.newPager(options)); // reports invalid options here, not at the first page
  }

  pages() {
    return new PageIterator(this.#options, this.#client);
  }

  [Symbol.asyncIterator]() {
    return new ConnectorIterator(this.#options, this.#client);
  }
}

module.exports = { ConnectorList };
