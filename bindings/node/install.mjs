// Run by npm after the installation: compiles the addon if prebuilds/ has none that can be loaded.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileAddon, currentPlatform } from './compile.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const NO_ADDON = 'DATA_CONNECTORS_ADDON_NOT_FOUND';

function fail(message) {
  console.error(`data-connectors: ${message}`);
  process.exit(1);
}

function load() {
  try {
    createRequire(import.meta.url)('./lib/native.js');
    return null;
  } catch (error) {
    return error;
  }
}

function compile(platform) {
  if (process.platform === 'win32')
    fail(`no addon for ${platform}: use Node for x64`);
  try {
    compileAddon(here, platform);
  } catch (error) {
    fail(`could not compile the addon for ${platform} (${error.message}): install a C compiler, or set CC to its path`);
  }
}

// A checkout has no headers until build.mjs was run.
if (existsSync(path.join(here, 'include'))) {
  let error = load();
  if (error?.code === NO_ADDON) {
    compile(currentPlatform());
    error = load();
  }
  // The library can also be installed later.
  if (error)
    console.warn(error.message);
  process.exitCode = error?.code === NO_ADDON ? 1 : 0;
}
