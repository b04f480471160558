'use strict';
// Validates names and types, and strings that C can't represent. The library validates the values.

const { InvalidArgumentError } = require('./errors');
const native = require('./native');

const LEVELS = ['error', 'warn', 'info', 'debug']; // DC_LOG_ERROR is 1
const TYPES = { string: 'string', int: 'number', bool: 'boolean' };

const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const keyOf = (name) => (name === 'access_token' ? 'token' : camelCase(name));

// The options of the library, by their names here: timeoutMs for timeout_ms.
const known = new Map(native.options().map(([name, type, , , , secret, replaces]) =>
  [keyOf(name), { name, type: TYPES[type], secret: secret === 'true', replaces }]));

function fail(message) {
  throw new InvalidArgumentError(message);
}

// No message contains the string: it may be a misplaced access token.
function string(value, name) {
  if (typeof value !== 'string')
    fail(`${name} must be a string`);
  if (/[\0\p{Surrogate}]/u.test(value))
    fail(`${name} must not contain NUL or an unpaired surrogate`);
  return value;
}

function entries(object) {
  if (object === null || typeof object !== 'object')
    fail('options must be an object');
  return Object.entries(object);
}

function members(object, names) {
  for (const [name] of entries(object))
    if (!names.includes(name))
      fail(`unknown option ${JSON.stringify(name)}: use ${names.join(', ')}`);
  return object;
}

// Returns a client's options as strings, [name, value, …], and those that aren't secret.
function clientOptions(given) {
  const { options, logger = null, logLevel = 'info', ...named } =
    members(given, [...known.keys(), 'options', 'logger', 'logLevel']);
  const values = new Map([['access_token', null]]); // null: the library reports the missing access token
  const shown = {};
  const set = (key, name, value) => {
    values.set(name, string(String(value), key));
    if (!known.get(key)?.secret)
      shown[key] = value;
  };
  for (const [key, value] of Object.entries(named)) {
    const { name, type } = known.get(key);
    if (value != null && typeof value !== type)
      fail(`${key} must be a ${type}`);
    if (value != null)
      set(key, name, value);
  }
  for (const [name, value] of entries(options ?? {}))
    set(keyOf(name), name, string(value, `options.${name}`));
  const isSet = (name) => !['false', '0', undefined].includes(values.get(name));
  for (const [key, { name, replaces }] of known)
    if (isSet(name) && isSet(replaces))
      fail(`${key} and ${keyOf(replaces)} replace each other: pass one of them`);
  if (!LEVELS.includes(logLevel))
    fail(`invalid logLevel: use ${LEVELS.join(', ')}`);
  const level = logger ? LEVELS.indexOf(logLevel) + 1 : 0;
  for (const method of LEVELS.slice(0, level))
    if (typeof logger[method] !== 'function')
      fail(`logger must be an object with the methods ${LEVELS.join(', ')}, such as console: it has no ${method}`);
  return { values: [...values].flat(), shown, logger, level };
}

// Rejects what an int32_t can't represent, and negative numbers: the library's -1 selects a default.
function integer(value, name, allowed) {
  if (value != null && (typeof value !== 'number' || value !== (value | 0) || value < 0))
    fail(`invalid ${name}${typeof value === 'number' ? ` ${value}` : ''}: use an integer from ${allowed}`);
  return value;
}

function checkSignal(signal) {
  if (signal != null && typeof signal.removeEventListener !== 'function')
    fail('signal must be an AbortSignal');
  return signal ?? null;
}

function listOptions(given, names) {
  const { perPage, startingAfter, prefetch, signal } = members(given, names);
  if (prefetch != null && typeof prefetch !== 'boolean')
    fail('prefetch must be a boolean');
  return {
    perPage: integer(perPage, 'per_page', '1 to 50') ?? 0,
    startingAfter: startingAfter == null ? null : string(startingAfter, 'starting_after'),
    prefetch: prefetch ?? false,
    signal: checkSignal(signal),
  };
}

// -1 selects the default of the library.
function snapshotOptions(given = {}) {
  const { previous, overlapMs, maxPasses, timeoutMs, signal } =
    members(given, ['previous', 'overlapMs', 'maxPasses', 'timeoutMs', 'signal']);
  return {
    previous: previous ?? null,
    overlapMs: integer(overlapMs, 'overlap_ms', '0 to 3600000') ?? -1,
    maxPasses: integer(maxPasses, 'max_passes', '1 to 1000') ?? -1,
    timeoutMs: integer(timeoutMs, 'timeout_ms', '1 to 86400000') ?? -1,
    signal: checkSignal(signal),
  };
}

module.exports = {
  LEVELS,
  camelCase,
  clientOptions,
  fail,
  snapshotOptions,
  string,
  pageOptions: (given = {}) => listOptions(given, ['perPage', 'startingAfter', 'signal']),
  listOptions: (given = {}) => listOptions(given, ['perPage', 'startingAfter', 'signal', 'prefetch']),
};
