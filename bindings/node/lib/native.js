'use strict';
// Finds and loads the addon, and the native library with it. Requires no modules of Node, so that it can be bundled.
const { libraryName, prebuildNames } = require('./platform.js');

const VARIABLE = 'DATA_CONNECTORS_LIBRARY';
const NOT_FOUND = 'DATA_CONNECTORS_LIBRARY_NOT_FOUND';
const FILE = libraryName(process.platform);

function loadError(code, message) {
  return Object.assign(new Error(`data-connectors: ${message}`), { code });
}

// The folders that may contain the addon and the library: in the package, or next to a bundle. ES modules have no
// __dirname.
function folders() {
  const here = typeof __dirname === 'string' ? __dirname : process.argv[1].replace(/[/\\][^/\\]*$/, '');
  return [`${here}/../prebuilds`, `${here}/prebuilds`].flatMap((folder) =>
    prebuildNames(process.platform, process.arch).map((name) => `${folder}/${name}`));
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
    `addon for ${process.platform}-${process.arch} not found (${tried.join('; ')}). In a bundled program, exclude ` +
    'data-connectors from the bundle (esbuild: --external:data-connectors), or copy ' +
    'node_modules/data-connectors/prebuilds to the folder of the bundle. Otherwise run npm rebuild ' +
    'data-connectors, which compiles the addon');
}

// If the variable is set, no other file is tried.
function loadLibrary({ addon, folder }) {
  const named = process.env[VARIABLE];
  const reasons = [];
  for (const file of named ? [named] : [`${folder}/${FILE}`, FILE]) {
    try {
      const version = addon.load(file, (...event) => addon.onEvent(...event));
      return Object.assign(addon, { version });
    } catch (error) {
      if (error.code !== NOT_FOUND)
        throw loadError(error.code, `${file} ${error.message}`);
      reasons.push(error.message);
    }
  }
  throw loadError(NOT_FOUND, `could not load ${named || FILE} (${reasons.join('; ')}): ` +
    (named ? `check ${VARIABLE}, and that the library is for this platform`
      : `install libdata_connectors, or set ${VARIABLE} to its absolute path`));
}

module.exports = loadLibrary(loadAddon());
