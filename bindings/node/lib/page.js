'use strict';
// Pages and connectors: plain frozen objects.

const { TooLargeError } = require('./errors');
const { camelCase } = require('./options');

const keys = new Map(); // by the name of a column

function keyOf(name) {
  if (!keys.has(name))
    keys.set(name, camelCase(name));
  return keys.get(name);
}

// Converts columns such as { id: ['1', '2'], created_at: [null, '…'], … }. The offsets of the rows are dropped.
function toConnectors({ json_start: starts, json_length, ...columns }) {
  const fields = Object.entries(columns).map(([name, values]) => [keyOf(name), values]);
  return Object.freeze(starts.map((_, row) => {
    const connector = {};
    for (const [name, values] of fields)
      connector[name] = values[row];
    return Object.freeze(connector);
  }));
}

function toPage({ rows, json, ...page }) {
  if (rows === undefined || json === undefined)
    throw new TooLargeError('response is longer than the maximum length of a string in Node: reduce perPage', {
      requestId: page.requestId, attempts: 1, rateLimit: page.rateLimit,
    });
  return Object.freeze({ connectors: toConnectors(JSON.parse(rows)), ...page, json });
}

module.exports = { toConnectors, toPage };
