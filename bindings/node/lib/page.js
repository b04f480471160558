'use strict';
// Pages and connectors: plain frozen objects.

const { TooLargeError } = require('./errors');
const { camelCase } = require('./options');

// From columns, as of { id: ['1', '2'], created_at: [null, '…'], … }. The rows' places in the JSON are not kept.
function toConnectors({ json_start: starts, json_length, ...columns }) {
  const fields = Object.entries(columns).map(([name, values]) => [camelCase(name), values]);
  return Object.freeze(starts.map((_, row) => {
    const connector = {};
    for (const [name, values] of fields)
      connector[name] = values[row];
    return Object.freeze(connector);
  }));
}

function toPage({ rows, json, ...page }) {
  if (rows === undefined || json === undefined)
    throw new TooLargeError('the response is longer than a string can be in Node: list fewer rows with perPage', {
      requestId: page.requestId, attempts: 1, rateLimit: page.rateLimit,
    });
  return Object.freeze({ connectors: toConnectors(JSON.parse(rows)), ...page, json });
}

module.exports = { toPage };
