// The library: the table of its functions, its numbers, how it is found.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import * as dc from 'data-connectors';
import { PACKAGE, ROOT, command, folder, run } from './tools.mjs';

const header = JSON.parse(readFileSync(path.join(ROOT, 'abi/data_connectors.json'), 'utf8'));
const { BY_STATUS, CANCELLED, DONE, OK } = createRequire(import.meta.url)('../lib/errors.js');

// X(result, name, (parameters)) of src/library.h
function table() {
  const source = readFileSync(path.join(PACKAGE, 'src/library.h'), 'utf8').replace(/\\\n/g, ' ');
  const text = source.slice(source.indexOf('#define LIBRARY_FUNCTIONS'), source.indexOf('struct library'));
  return [...text.matchAll(/X\(([^(),]+), (dc_\w+),\s+\(([^()]*)\)\)/g)].map(([, returns, name, parameters]) => ({
    name, returns, parameters: parameters === 'void' ? [] : parameters.split(/,\s*/),
  }));
}

test('each function of the table is the header\'s, with its types', () => {
  const found = table();
  assert.equal(found.length, readFileSync(path.join(PACKAGE, 'src/library.h'), 'utf8').match(/^ {4}X\(/gm).length);
  for (const { name, returns, parameters } of found) {
    const { since, ...types } = header.functions[name];
    assert.deepEqual({ returns, parameters }, types, name);
    assert.match(since, /^\d+\.\d+\.\d+$/);
  }
});

test('each status has a class, with its number and its name', () => {
  const numbers = Object.entries(header.constants).filter(([name]) => name.startsWith('DC_ERR_'));
  assert.deepEqual([...BY_STATUS.keys()].sort(), numbers.map(([, number]) => number).sort());
  assert.deepEqual([OK, DONE, CANCELLED],
    ['DC_OK', 'DC_DONE', 'DC_ERR_CANCELLED'].map((name) => header.constants[name]));
  const named = { UNAUTHORIZED: 'Authentication', FORBIDDEN: 'PermissionDenied', RATE_LIMITED: 'RateLimit' };
  for (const [name, number] of numbers) {
    const short = name.slice('DC_ERR_'.length);
    const usual = short.toLowerCase().replace(/(^|_)(.)/g, (...found) => found[2].toUpperCase());
    assert.equal(BY_STATUS.get(number).name, `${named[short] ?? usual}Error`);
  }
});

test('both lists of exports are the same', async () => {
  const required = createRequire(import.meta.url)('data-connectors');
  assert.deepEqual(Object.keys(required).sort(), Object.keys(dc).sort());
  assert.equal(required.Client, dc.Client);
  assert.equal(dc.libraryVersion, readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8').match(/version = "(.*?)"/)[1]);
  assert.equal(dc.libraryVersion, JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')).version);
});

const LOAD = 'try { await import("data-connectors") } catch (error) { console.log(error.code, error.message) }';

function stub(source) {
  const made = folder();
  writeFileSync(path.join(made, 'stub.c'), source);
  command('cc', ['-shared', '-fPIC', '-o', path.join(made, 'stub.so'), path.join(made, 'stub.c')]);
  return path.join(made, 'stub.so');
}

for (const [what, library, code, says] of [
  ['missing', () => '/nowhere/lib.so', 'DATA_CONNECTORS_LIBRARY_NOT_FOUND',
    /\/nowhere\/lib\.so.*Install.*LIBRARY to its file/],
  ['another one', () => stub('int x;'), 'DATA_CONNECTORS_LIBRARY_UNUSABLE', /not libdata_connectors.*dc_abi_version/],
  ['of another ABI', () => stub('int dc_abi_version(void) { return 2; }'), 'DATA_CONNECTORS_LIBRARY_UNUSABLE',
    /ABI version is 2.* needs 1/],
  ['older', () => stub('int dc_abi_version(void) { return 1; }'), 'DATA_CONNECTORS_LIBRARY_UNUSABLE',
    /older than this package: it has no dc_version/],
])
  test(`a library that is ${what} is refused with what to do`, async () => {
    const { out } = await run(LOAD, { env: { DATA_CONNECTORS_LIBRARY: library() } });
    assert.match(out, new RegExp(`^${code} `));
    assert.match(out, says);
  });
