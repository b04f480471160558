'use strict';
// Finds and loads the addon, and the native library with it. Requires no modules, so that it can be bundled.

const VARIABLE = 'DATA_CONNECTORS_LIBRARY';
const NOT_FOUND = 'DATA_CONNECTORS_LIBRARY_NOT_FOUND';
const SYSTEM_NAME = process.platform === 'darwin' ? 'libdata_connectors.1.dylib' : 'libdata_connectors.so.1';
const PLATFORM = `${process.platform}-${process.arch}`;

function loadError(code, message) {
  return Object.assign(new Error(`data-connectors: ${message}`), { code });
}

// The folders that may contain the addon and the library: in the package, or next to a bundle. ES modules have no
// __dirname.
function folders() {
  const here = typeof __dirname === 'string' ? __dirname : process.argv[1].replace(/[/\\][^/\\]*$/, '');
  return [`${here}/../prebuilds/${PLATFORM}`, `${here}/prebuilds/${PLATFORM}`];
}

function loadAddon() {
  const tried = [];
  for (const folder of folders()) {
    const loaded = { exports: {} };
    try {
      process.dlopen(loaded, `${folder}/data_connectors.node`);
      return { addon: loaded.exports, folder };
    } catch (error) {
      tried.push(error.message);
    }
  }
  throw loadError('DATA_CONNECTORS_ADDON_NOT_FOUND',
    `addon for ${PLATFORM} not found (${tried.join('; ')}). In a bundled program, exclude data-connectors from the bundle ` +
    '(esbuild: --external:data-connectors), or copy node_modules/data-connectors/prebuilds to the folder of the ' +
    'bundle. Otherwise install a package that was built for this platform');
}

// If the variable is set, no other file is tried.
function loadLibrary({ addon, folder }) {
  const named = process.env[VARIABLE];
  const tried = [];
  for (const file of named ? [named] : [`${folder}/libdata_connectors.so.1`, SYSTEM_NAME]) {
    try {
      const version = addon.load(file, (...event) => addon.onEvent(...event));
      return Object.assign(addon, { version });
    } catch (error) {
      if (error.code !== NOT_FOUND)
        throw loadError(error.code, `could not use the library ${file}: ${error.message}`);
      tried.push(`${file} (${error.message})`);
    }
  }
  throw loadError(NOT_FOUND,
    `native library not found; tried ${tried.join(', then ')}. Install libdata_connectors, or set ${VARIABLE} to its ` +
    'path');
}

module.exports = loadLibrary(loadAddon());
