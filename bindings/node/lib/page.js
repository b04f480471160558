'use strict';
// Pages and connectors: frozen, plain, and with nothing native behind them.

const { classes: { TooLargeError }, rateLimit } = require('./errors');

// What the addon puts into the array for each row: the columns of the packed rows, without the row's JSON.
const WIDTH = 16;

// Written out, so that all connectors are of one shape.
function connector(rows, at) {
  return Object.freeze({
    type: rows[at],
    id: rows[at + 1],
    name: rows[at + 2],
    description: rows[at + 3],
    state: rows[at + 4],
    stateCode: rows[at + 14],
    httpMethod: rows[at + 5],
    httpMethodCode: rows[at + 15],
    directFinUsage: rows[at + 6],
    createdByAdminId: rows[at + 7],
    updatedByAdminId: rows[at + 8],
    createdAt: rows[at + 9],
    createdAtMs: rows[at + 12],
    updatedAt: rows[at + 10],
    updatedAtMs: rows[at + 13],
    executionResultsUrl: rows[at + 11],
  });
}

function connectors(rows) {
  const made = [];
  for (let at = 0; at < rows.length; at += WIDTH)
    made.push(connector(rows, at));
  return Object.freeze(made);
}

function page(told) {
  if (told.json === undefined)
    throw new TooLargeError('the answer is longer than a string can be in Node: ask for fewer rows by perPage', {
      code: 'DC_ERR_TOO_LARGE', requestId: told.requestId, attempts: 1, rateLimit: rateLimit(told),
    });
  return Object.freeze({
    connectors: connectors(told.rows),
    nextCursor: told.nextCursor,
    hasNext: told.hasNext,
    requestId: told.requestId,
    rateLimit: rateLimit(told),
    json: told.json,
  });
}

module.exports = { connectors, page };
