'use strict';

const { setMaxConcurrentCalls } = require('./calls');
const { Client } = require('./client');
const { version: libraryVersion } = require('./native');

// Node finds the names for `import` in this form.
module.exports = { Client, setMaxConcurrentCalls, libraryVersion, ...require('./errors') };
