'use strict';

const { Client, setMaxConcurrentCalls } = require('./client');
const { classes } = require('./errors');
const native = require('./native');

module.exports = { Client, setMaxConcurrentCalls, libraryVersion: native.version(), ...classes };
