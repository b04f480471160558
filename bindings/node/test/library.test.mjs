// The exports, and loading the library.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import * as dc from 'data-connectors';
import { PACKAGE, ROOT, command, folder, run } from './tools.mjs';

const require = createRequire(import.meta.url);
const { constants } = JSON.parse(readFileSync(path.join(ROOT, 'abi/data_connectors.json'), 'utf8'));

test('each status is the code of an error class, and each log level is a method', () => {
  const codes = Object.values(dc).map((kind) => kind.code).filter((code) => code?.startsWith('DC_'));
  const named = (prefix) => Object.keys(constants).filter((name) => name.startsWith(prefix)).sort();
  assert.deepEqual(codes.sort(), named('DC_ERR_'));
  const { LEVELS } = require('../lib/options.js');
  assert.deepEqual(LEVELS.map((level) => `DC_LOG_${level.toUpperCase()}`).sort(), named('DC_LOG_'));
  LEVELS.forEach((level, index) => assert.equal(constants[`DC_LOG_${level.toUpperCase()}`], index + 1));
});

test('import and require have the same exports, and the types declare them', () => {
  const required = require('data-connectors');
  const { default: whole, 'module.exports': _, ...imported } = dc;
  assert.equal(whole, required);
  assert.deepEqual(imported, { ...required });
  const types = readFileSync(path.join(PACKAGE, 'lib/index.d.ts'), 'utf8');
  assert.deepEqual([...types.matchAll(/^export (?:class|const|function) (\w+)/gm)].map(([, name]) => name).sort(),
    Object.keys(required).sort());
});

test('the versions of the package and of the library are the same', () => {
  assert.equal(dc.libraryVersion, readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8').match(/version = "(.*?)"/)[1]);
  assert.equal(dc.libraryVersion, JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')).version);
});

test('each system has its file name of the library, and its folders of prebuilt addons', () => {
  const { libraryName, prebuildNames } = require('../lib/platform.js');
  assert.deepEqual(['linux', 'freebsd', 'darwin', 'win32'].map(libraryName),
    ['libdata_connectors.so.1', 'libdata_connectors.so.1', 'libdata_connectors.1.dylib', 'data_connectors.dll']);
  assert.deepEqual(prebuildNames('linux', 'arm64'), ['linux-arm64', 'linux-arm64-musl']);
  assert.deepEqual(prebuildNames('darwin', 'arm64'), ['darwin-arm64']);
  assert.deepEqual(prebuildNames('win32', 'x64'), ['win32-x64']);
});

const LOAD = 'try { await import("data-connectors") } catch (error) { console.log(error.code, error.message) }';

function stub(source) {
  const created = folder();
  writeFileSync(path.join(created, 'stub.c'), source);
  command('cc', ['-shared', '-fPIC', '-o', path.join(created, 'stub.so'), path.join(created, 'stub.c')]);
  return path.join(created, 'stub.so');
}

for (const [what, library, code, message] of [
  ['missing', () => '/nowhere/lib.so', 'DATA_CONNECTORS_LIBRARY_NOT_FOUND',
    /could not load \/nowhere\/lib\.so \(.*\): check DATA_CONNECTORS_LIBRARY, and that the library is for this platform\n$/],
  ['not libdata_connectors', () => stub('int x;'), 'DATA_CONNECTORS_LIBRARY_UNUSABLE',
    /stub\.so is not libdata_connectors \(it has no dc_abi_version\)/],
  ['of another ABI version', () => stub('int dc_abi_version(void) { return 2; }'), 'DATA_CONNECTORS_LIBRARY_UNUSABLE',
    /has ABI version 2, this package requires 1: install/],
  ['older', () => stub('int dc_abi_version(void) { return 1; }'), 'DATA_CONNECTORS_LIBRARY_UNUSABLE',
    /has no dc_version \(older than this package\)/],
])
  test(`rejects a library that is ${what}`, async () => {
    const { out } = await run(LOAD, { env: { DATA_CONNECTORS_LIBRARY: library() } });
    assert.match(out, new RegExp(`^${code} `));
    assert.match(out, message);
  });
