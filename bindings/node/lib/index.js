'use strict';

const { setMaxConcurrentCalls } = require('./calls');
const { Client } = require('./client');
const { version: libraryVersion } = require('./native');
const { Snapshot } = require('./snapshot');

// In this form, Node detects the names for `import`.
module.exports = { Client, Snapshot, setMaxConcurrentCalls, libraryVersion, ...require('./errors') };
