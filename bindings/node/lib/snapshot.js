'use strict';

const { attempt } = require('./calls');
const { ClosedError, TooLargeError } = require('./errors');
const native = require('./native');
const { fail, string } = require('./options');
const { toConnectors } = require('./page');

const STATES = ['incomplete', 'complete', 'refreshed']; // DC_SNAPSHOT_INCOMPLETE is 0

class Snapshot {
  #native;
  #connectors = null;

  constructor({ handle, state, reason, asOfMs }) {
    this.#native = handle;
    this.state = STATES[state] ?? 'unknown';
    this.isComplete = this.state === 'complete';
    this.reason = reason;
    this.asOfMs = asOfMs;
    Object.freeze(this);
  }

  static load(json) {
    return new Snapshot(attempt(() => native.snapshotLoad(string(json, 'json'))));
  }

  static handleOf(snapshot, name) {
    if (!(snapshot instanceof Snapshot))
      fail(`${name} must be a Snapshot`);
    if (snapshot.#native === null)
      throw new ClosedError('the snapshot is closed');
    return snapshot.#native;
  }

  #read(read, ...more) {
    const text = attempt(() => read(Snapshot.handleOf(this), ...more));
    if (text === undefined)
      throw new TooLargeError('snapshot is longer than the maximum length of a string in Node');
    return text;
  }

  get connectors() {
    return this.#connectors ??= toConnectors(JSON.parse(this.#read(native.snapshotRows)));
  }

  get json() {
    return this.#read(native.snapshotJson);
  }

  diff(older) {
    return JSON.parse(this.#read(native.snapshotDiff, Snapshot.handleOf(older, 'older')));
  }

  close() {
    if (this.#native !== null)
      native.free(this.#native);
    this.#native = null;
  }
}

// In Node 18.18, 20 and later.
if (Symbol.dispose)
  Object.defineProperty(Snapshot.prototype, Symbol.dispose, { value: Snapshot.prototype.close });

module.exports = { Snapshot };
