'use strict';
// The addon, and through it the native library: found, loaded, checked.

const path = require('node:path');

const VARIABLE = 'DATA_CONNECTORS_LIBRARY';
const SYSTEM_NAME = process.platform === 'darwin' ? 'libdata_connectors.1.dylib' : 'libdata_connectors.so.1';
const folder = path.join(__dirname, '..', 'prebuilds', `${process.platform}-${process.arch}`);

function loadError(code, message) {
  return Object.assign(new Error(`data-connectors: ${message}`), { code });
}

function loadAddon() {
  const file = path.join(folder, 'data_connectors.node');
  try {
    return require(file);
  } catch (error) {
    throw loadError('DATA_CONNECTORS_ADDON_NOT_FOUND',
      `no addon for ${process.platform}-${process.arch} (${file}: ${error.message}): build it with "npm run build" ` +
      'in bindings/node of the repository');
  }
}

// Where the library may be, in this order. What the variable names is the only one then.
function candidates() {
  const named = process.env[VARIABLE];
  return named ? [named] : [path.join(folder, 'libdata_connectors.so.1'), SYSTEM_NAME];
}

function loadLibrary(addon) {
  const tried = [];
  for (const candidate of candidates()) {
    const refused = addon.load(candidate);
    if (refused === null)
      return;
    const [kind, why] = refused;
    if (kind === 'wrong')
      throw loadError('DATA_CONNECTORS_LIBRARY_UNUSABLE', `the library ${candidate} can't be used: ${why}`);
    tried.push(`${candidate} (${why})`);
  }
  throw loadError('DATA_CONNECTORS_LIBRARY_NOT_FOUND',
    `the native library was not found; looked for ${tried.join(', then ')}. Install libdata_connectors, or set ` +
    `${VARIABLE} to its file`);
}

const native = loadAddon();
loadLibrary(native);

module.exports = native;
