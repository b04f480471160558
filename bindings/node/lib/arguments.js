'use strict';
// What is checked before the addon sees it: types, and what C would misread. Ranges are the library's to check.

const { InvalidArgumentError } = require('./errors').classes;
const native = require('./native');

const KINDS = native.settings();
const INT32 = 2 ** 31;

// What the library takes, for what can't be passed on to it to refuse.
const TIME = '1 to 86400000';
const RANGES = { timeoutMs: TIME, connectTimeoutMs: TIME, maxResponseBytes: '1024 to 1073741824' };

// Of each pair a client can be told one: in C the one that is set last replaces the other.
const EITHER = [['region', 'baseUrl'], ['caFile', 'systemRoots']];

function text(value, name) {
  if (typeof value !== 'string')
    throw new InvalidArgumentError(`${name} must be a string`);
  if (value.includes('\0'))
    throw new InvalidArgumentError(`${name} must not contain NUL`);
  if (/\p{Surrogate}/u.test(value))
    throw new InvalidArgumentError(`${name} must be valid Unicode: it has half a surrogate pair`);
  return value;
}

function flag(value, name) {
  if (typeof value !== 'boolean')
    throw new InvalidArgumentError(`${name} must be true or false`);
  return value;
}

// Only numbers are repeated: a text may be a token in the wrong place.
function integer(value, name, range) {
  if (!Number.isSafeInteger(value))
    throw new InvalidArgumentError(
      `${name} is ${typeof value === 'number' ? value : `of type ${typeof value}`}: use an integer, ${range}`);
  return value;
}

// One that is an int32_t in C.
function small(value, name, range) {
  if (integer(value, name, range) >= INT32 || value < -INT32)
    throw new InvalidArgumentError(`${name} is ${value}: use ${range}`);
  return value;
}

const CHECKS = { string: text, boolean: flag, number: integer };

function options(value, known, what) {
  if (value === null || typeof value !== 'object')
    throw new InvalidArgumentError(`${what}s must be an object`);
  for (const name of Object.keys(value))
    if (!known.includes(name))
      throw new InvalidArgumentError(`there is no ${what} ${JSON.stringify(name)}: use ${known.join(', ')}`);
  return value;
}

// The settings that were given; null and undefined stand for the default.
function settings(given) {
  const taken = Object.create(null);
  for (const [name, value] of Object.entries(options(given, Object.keys(KINDS), 'setting')))
    if (value !== null && value !== undefined)
      taken[name] = name === 'maxRetries' ? small(value, 'max retries', '0 to 10')
        : CHECKS[KINDS[name]](value, name, RANGES[name]);
  for (const [one, other] of EITHER)
    if (taken[one] && taken[other])
      throw new InvalidArgumentError(`${one} and ${other} are for the same thing: pass one of them`);
  return taken;
}

// An AbortSignal, or what does as well.
function signal(value) {
  if (typeof value !== 'object' || typeof value.aborted !== 'boolean' || typeof value.addEventListener !== 'function' ||
      typeof value.removeEventListener !== 'function')
    throw new InvalidArgumentError('signal must be an AbortSignal');
  return value;
}

function listing(given, known) {
  const { perPage, startingAfter, prefetch, signal: ends } = options(given, known, 'option');
  return {
    perPage: perPage == null ? 0 : small(perPage, 'per_page', '1 to 50'),
    startingAfter: startingAfter == null ? null : text(startingAfter, 'starting_after'),
    prefetch: prefetch == null ? false : flag(prefetch, 'prefetch'),
    signal: ends == null ? null : signal(ends),
  };
}

module.exports = {
  settings,
  integer,
  page: (given = {}) => listing(given, ['perPage', 'startingAfter', 'signal']),
  walk: (given = {}) => listing(given, ['perPage', 'startingAfter', 'signal', 'prefetch']),
};
