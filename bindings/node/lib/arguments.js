'use strict';
// What is checked before the addon sees it: types, and what C would misread. Ranges are the library's to check.

const { InvalidArgumentError } = require('./errors').classes;
const native = require('./native');

const INT32 = 2 ** 31;

// Of two options that replace each other a client takes one: in C the one that is set last is in effect.
const REPLACEMENTS = Object.entries(native.replacements());

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

// The library checks its value. What is no number isn't repeated: it may be an access token in the wrong place.
function number(value, name) {
  if (typeof value !== 'number')
    throw new InvalidArgumentError(`${name} must be a number`);
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

// Each setting, and the type that it has.
const SETTINGS = {
  token: text,
  region: text,
  baseUrl: text,
  allowInsecureHttp: flag,
  apiVersion: text,
  userAgentSuffix: text,
  timeoutMs: number,
  connectTimeoutMs: number,
  maxRetries: number,
  maxResponseBytes: number,
  proxy: text,
  noProxy: text,
  caFile: text,
  systemRoots: flag,
  waitForRateLimit: flag,
};

const optionOf = (setting) =>
  setting === 'token' ? 'access_token' : setting.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const settingOf = (option) => option.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

function options(value, known, what) {
  if (value === null || typeof value !== 'object')
    throw new InvalidArgumentError(`${what}s must be an object`);
  for (const name of Object.keys(value))
    if (known && !known.includes(name))
      throw new InvalidArgumentError(`there is no ${what} ${JSON.stringify(name)}: use ${known.join(', ')}`);
  return value;
}

// Names and values of options, all of them strings. null and undefined stand for the default.
function settings(given) {
  const set = new Map();
  for (const [name, value] of Object.entries(options(given, [...Object.keys(SETTINGS), 'options'], 'setting')))
    if (name === 'options')
      for (const [option, string] of Object.entries(options(value ?? {}, null, 'option')))
        set.set(text(option, 'the name of an option'), text(string, 'the value of an option'));
    else if (value !== null && value !== undefined)
      set.set(optionOf(name), String(SETTINGS[name](value, name)));
  const isOn = (option) => !['false', '0', undefined].includes(set.get(option));
  for (const [one, other] of REPLACEMENTS)
    if (isOn(one) && isOn(other))
      throw new InvalidArgumentError(
        `${settingOf(one)} and ${settingOf(other)} are for the same thing: pass one of them`);
  return [...set].flat();
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
