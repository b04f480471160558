'use strict';

const { setMaxConcurrentCalls } = require('./calls');
const { Client } = require('./client');
const { version: libraryVersion } = require('./native');

// In this form, Node detects the names for `import`.
module.exports = { Client, setMaxConcurrentCalls, libraryVersion, ...require('./errors') };
