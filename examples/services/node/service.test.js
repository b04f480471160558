// Needs the sandbox: DC_TEST_SANDBOX, or target/{release,debug}.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test, { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const built = (kind) => fileURLToPath(new URL(`../../../target/${kind}/data-connectors-sandbox`, import.meta.url));
const SANDBOX = process.env.DC_TEST_SANDBOX ?? [built('release'), built('debug')].find(existsSync);
const SERVICE = fileURLToPath(new URL('service.js', import.meta.url));

// Starts a program whose first line of output is its address.
async function start(file, args) {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, INTERCOM_ACCESS_TOKEN: 'the-token' },
  });
  after(() => child.kill('SIGKILL'));
  const [url] = await once(createInterface(child.stdout), 'line');
  return { child, url };
}

const sandbox = async (...args) => (await start(SANDBOX, args)).url;
// Makes the write timeout of 30 s one of 0.3 s.
const SHORT_TIMEOUTS = 'const { OutgoingMessage } = require("http"), set = OutgoingMessage.prototype.setTimeout; ' +
  'OutgoingMessage.prototype.setTimeout = function (ms, ...more) { return set.call(this, ms / 100, ...more); };';
const service = (baseUrl, ...args) => start(process.execPath, [SERVICE, '--base-url', baseUrl, ...args]);
const health = async (url) => (await fetch(`${url}/health`)).json();

async function upstream(handler) {
  const created = http.createServer(handler);
  after(() => created.close().closeAllConnections());
  created.listen(0, '127.0.0.1');
  await once(created, 'listening');
  return `http://127.0.0.1:${created.address().port}`;
}

async function until(condition) {
  const started = performance.now();
  while (!await condition())
    assert.ok(performance.now() - started < 2000 && await sleep(10, true), 'not within 2 s');
}

test('sends the connectors of all pages as lines of JSON', async () => {
  const { url } = await service(await sandbox('--connectors', '137'));
  const response = await fetch(`${url}/connectors`);
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
  const rows = (await response.text()).trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(rows.length, 137);
  assert.equal(rows[0].http_method, 'get');
  assert.deepEqual(await health(url), { status: 'ok', calls: 0 });
});

test('requests no further page while the caller does not read', async () => {
  let requests = 0;
  const row = { id: '1', name: 'x'.repeat(500_000) };
  const there = await upstream((_, response) =>
    response.end(JSON.stringify({ type: 'list', data: [row], pages: { next: { starting_after: `c${++requests}` } } })));
  const { url } = await service(there);
  const socket = net.connect(new URL(url).port, '127.0.0.1');
  socket.write('GET /connectors HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'readable');
  await sleep(500);
  const before = requests;
  await sleep(200);
  assert.equal(requests, before);
  socket.on('data', () => {});
  await until(() => requests > before + 5);
  socket.destroy();
  await until(async () => (await health(url)).calls === 0);
});

test('an error before the first page has an HTTP status', async () => {
  for (const [status, expected, headers] of [[429, 429, { 'Retry-After': '120' }], [401, 502, {}], [500, 502, {}]]) {
    const there = await upstream((_, response) => response.writeHead(status, headers).end('{}'));
    const { url } = await service(there);
    const response = await fetch(`${url}/connectors`);
    assert.equal(response.status, expected);
    assert.equal(response.headers.get('retry-after'), headers['Retry-After'] ?? null);
    const text = await response.text();
    assert.equal(JSON.parse(text).error.http_status, status);
    assert.doesNotMatch(text, /the-token/);
  }
  const { url } = await service('http://127.0.0.1:1');
  assert.equal((await fetch(`${url}/connectors`)).status, 503);
});

test('an error after the first page is the last line', async () => {
  const there = await upstream((request, response) => {
    if (request.url.includes('c1'))
      response.writeHead(400).end('{}');
    else
      response.end(JSON.stringify({ data: [{ id: '1' }], pages: { next: { starting_after: 'c1' } } }));
  });
  const { url } = await service(there);
  const lines = (await (await fetch(`${url}/connectors`)).text()).trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines[0], { id: '1' });
  assert.equal(lines[1].error.status, 'DC_ERR_BAD_REQUEST');
  assert.equal(lines.length, 2);
});

test('a caller that disconnects cancels the call to Intercom', async () => {
  const { url } = await service(await sandbox('--latency-ms', '20000'));
  const controller = new AbortController();
  const response = fetch(`${url}/connectors`, { signal: controller.signal }).catch((error) => error.name);
  await until(async () => (await health(url)).calls === 1);
  controller.abort();
  assert.equal(await response, 'AbortError');
  await until(async () => (await health(url)).calls === 0);
});

for (const signal of ['SIGTERM', 'SIGINT'])
  test(`${signal} stops the service within a second, with a call in progress`, async () => {
    const { child, url } = await service(await sandbox('--latency-ms', '20000'));
    const response = fetch(`${url}/connectors`);
    await until(async () => (await health(url)).calls === 1);
    const started = performance.now();
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.ok(performance.now() - started < 1000);
    assert.equal((await response).status, 503);
    assert.match(await (await response).text(), /the service is shutting down/);
  });

test('the write timeout does not run while the service waits for Intercom', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'service-node-'));
  after(() => rmSync(folder, { recursive: true }));
  const preload = path.join(folder, 'short_timeouts.cjs');
  writeFileSync(preload, SHORT_TIMEOUTS);
  const there = await sandbox('--latency-ms', '1000', '--connectors', '5');
  const { url } = await start(process.execPath, ['--require', preload, SERVICE, '--base-url', there]);
  assert.equal((await (await fetch(`${url}/connectors`)).text()).trim().split('\n').length, 5);
});

test('invalid options are reported in one line at the start', () => {
  for (const [message, token, ...args] of [
    [/access_token: empty/, ''],
    [/invalid per_page 51: use 1 to 50/, 'any', '--per-page', '51'],
    [/invalid per_page NaN: use an integer from 1 to 50/, 'any', '--per-page', 'many'],
    [/invalid per_page NaN: use an integer from 1 to 50/, 'any', '--per-page='],
    [/HOST:PORT/, 'any', '--listen', 'nowhere'],
    [/HOST:PORT/, 'any', '--listen', '127.0.0.1:65536'],
    [/ambiguous/, 'any', '--per-page', '-1'],
    [/--per-pages/, 'any', '--per-pages'],
  ]) {
    const env = { ...process.env, INTERCOM_ACCESS_TOKEN: token };
    const { status, stdout, stderr } = spawnSync(process.execPath, [SERVICE, ...args], { env, timeout: 5000 });
    assert.match(String(stderr), message);
    assert.deepEqual([status, String(stdout), String(stderr).split('\n').length], [2, '', 2]);
  }
});

test('rejects other paths and methods', async () => {
  const { url } = await service(await sandbox());
  assert.equal((await fetch(`${url}/`)).status, 404);
  assert.equal((await fetch(`${url}/health`, { method: 'POST' })).status, 405);
});
