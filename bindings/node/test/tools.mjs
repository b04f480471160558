// Shared by the tests: the sandbox, servers, child processes.
import { spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from 'data-connectors';

export const PACKAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const ROOT = path.resolve(PACKAGE, '../..');
export const TOKEN = 'canary-8d2e5b1f-token';

const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target');
const SANDBOX = process.env.DC_TEST_SANDBOX ??
  ['release', 'debug'].map((kind) => path.join(TARGET, kind, 'data-connectors-sandbox')).find(existsSync);

/** Starts the sandbox for the tests of this file; returns its base URL. */
export async function sandbox(...options) {
  if (!SANDBOX)
    throw new Error('sandbox not found: set DC_TEST_SANDBOX, or run "cargo build -p data-connectors-sandbox"');
  const child = spawn(SANDBOX, options, { stdio: ['ignore', 'pipe', 'ignore'] });
  after(() => child.kill());
  for await (const line of createInterface(child.stdout))
    return line;
  throw new Error('the sandbox did not start');
}

/**
 * Starts a server for the tests of this file. `handler` receives the request, the response and the request count.
 * `received(count)` waits until that many requests were received.
 */
export async function server(handler) {
  const requests = [];
  const events = new EventEmitter();
  const created = http.createServer((request, response) => {
    requests.push(request);
    handler(request, response, requests.length);
    events.emit('request');
  });
  const received = async (count) => {
    while (requests.length < count)
      await once(events, 'request');
  };
  after(() => {
    created.closeAllConnections();
    created.close();
  });
  await new Promise((resolve) => created.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${created.address().port}`, requests, received };
}

/** A response body with these ids. */
export function list(ids, next) {
  return JSON.stringify({
    type: 'list',
    data: ids.map((id) => ({ type: 'data_connector', id })),
    pages: next ? { next: { starting_after: next } } : null,
  });
}

/** A server that never responds. */
export const hang = () => server(() => {});

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function client(url, options) {
  return new Client({ token: TOKEN, baseUrl: url, ...options });
}

export async function all(iterable) {
  const items = [];
  for await (const item of iterable)
    items.push(item);
  return items;
}

/** The error of a promise that must fail, and how long it took. */
export async function failed(promise) {
  const started = performance.now();
  try {
    await promise;
  } catch (error) {
    return { error, ms: performance.now() - started };
  }
  throw new Error('did not fail');
}

/** Runs a program that imports the package. */
export async function run(source, { args = [], flags = [], env = {} } = {}) {
  const started = performance.now();
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', source, ...args], {
    cwd: PACKAGE, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => { out += data; });
  child.stderr.on('data', (data) => { err += data; });
  const [code, signal] = await new Promise((resolve) => child.on('close', (...status) => resolve(status)));
  return { code, signal, out, err, ms: performance.now() - started };
}

/** Runs a command that must succeed; returns its output. */
export function command(file, args, options = {}) {
  const result = spawnSync(file, args, { encoding: 'utf8', ...options });
  if (result.status !== 0)
    throw new Error(`${file} ${args.join(' ')}: ${result.error ?? result.stdout + result.stderr}`);
  return result.stdout;
}

/** A folder that is removed after the tests of this file. */
export function folder() {
  const created = mkdtempSync(path.join(os.tmpdir(), 'data-connectors-'));
  after(() => rmSync(created, { recursive: true, force: true }));
  return created;
}
