// Shows each thing that the service promises. It needs the sandbox: DC_TEST_SANDBOX, or target/{release,debug}.
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

const built = (kind) => fileURLToPath(new URL(`../../target/${kind}/data-connectors-sandbox`, import.meta.url));
const SANDBOX = process.env.DC_TEST_SANDBOX ?? [built('release'), built('debug')].find(existsSync);
const SERVICE = fileURLToPath(new URL('service.js', import.meta.url));

// Starts a program that prints its address first.
async function start(file, args) {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, INTERCOM_ACCESS_TOKEN: 'the-token' },
  });
  after(() => child.kill('SIGKILL'));
  const [url] = await once(createInterface(child.stdout), 'line');
  return { child, url };
}

const sandbox = async (...args) => (await start(SANDBOX, args)).url;
// Its half a minute for a reader is 0.3 s here.
const HASTY = 'const { OutgoingMessage } = require("http"), set = OutgoingMessage.prototype.setTimeout; ' +
  'OutgoingMessage.prototype.setTimeout = function (ms, ...more) { return set.call(this, ms / 100, ...more); };';
const service = (baseUrl, ...args) => start(process.execPath, [SERVICE, '--base-url', baseUrl, ...args]);
const health = async (url) => (await fetch(`${url}/health`)).json();

async function upstream(handler) {
  const made = http.createServer(handler);
  after(() => made.close().closeAllConnections());
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return `http://127.0.0.1:${made.address().port}`;
}

async function until(condition) {
  const started = performance.now();
  while (!await condition())
    assert.ok(performance.now() - started < 2000 && await sleep(10, true), 'it did not come in 2 s');
}

test('connectors come as lines of JSON, from all pages', async () => {
  const { url } = await service(await sandbox('--connectors', '137'));
  const response = await fetch(`${url}/connectors`);
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
  const rows = (await response.text()).trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(rows.length, 137);
  assert.equal(rows[0].http_method, 'get');
  assert.deepEqual(await health(url), { status: 'ok', calls: 0 });
});

test('lines come page by page, and a slow reader slows the walk', async () => {
  let asked = 0;
  const row = { id: '1', name: 'x'.repeat(500_000) };
  const there = await upstream((_, response) =>
    response.end(JSON.stringify({ type: 'list', data: [row], pages: { next: { starting_after: `c${++asked}` } } })));
  const { url } = await service(there);
  const socket = net.connect(new URL(url).port, '127.0.0.1');
  socket.write('GET /connectors HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'readable');
  await sleep(500);
  const before = asked;
  await sleep(200);
  assert.equal(asked, before);
  socket.on('data', () => {});
  await until(() => asked > before + 5);
  socket.destroy();
  await until(async () => (await health(url)).calls === 0);
});

test('a failure before the first page has a status of its own', async () => {
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

test('a failure after the first page is the last line', async () => {
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

test('the caller\'s leaving ends the call to Intercom', async () => {
  const { url } = await service(await sandbox('--latency-ms', '20000'));
  const leaving = new AbortController();
  const left = fetch(`${url}/connectors`, { signal: leaving.signal }).catch((error) => error.name);
  await until(async () => (await health(url)).calls === 1);
  leaving.abort();
  assert.equal(await left, 'AbortError');
  await until(async () => (await health(url)).calls === 0);
});

for (const signal of ['SIGTERM', 'SIGINT'])
  test(`${signal} ends it within a second, with a call under way`, async () => {
    const { child, url } = await service(await sandbox('--latency-ms', '20000'));
    const answered = fetch(`${url}/connectors`);
    await until(async () => (await health(url)).calls === 1);
    const started = performance.now();
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.ok(performance.now() - started < 1000);
    assert.equal((await answered).status, 503);
    assert.match(await (await answered).text(), /the service is ending/);
  });

test('who waits for Intercom is not taken for one who does not read', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'service-node-'));
  after(() => rmSync(folder, { recursive: true }));
  const preload = path.join(folder, 'hasty.cjs');
  writeFileSync(preload, HASTY);
  const there = await sandbox('--latency-ms', '1000', '--connectors', '5');
  const { url } = await start(process.execPath, ['--require', preload, SERVICE, '--base-url', there]);
  assert.equal((await (await fetch(`${url}/connectors`)).text()).trim().split('\n').length, 5);
});

test('what is refused is one line at the start', () => {
  for (const [says, token, ...args] of [
    [/access_token: empty/, ''],
    [/invalid per_page 51: use 1 to 50/, 'any', '--per-page', '51'],
    [/per_page is NaN: use an integer, 1 to 50/, 'any', '--per-page', 'many'],
    [/per_page is NaN: use an integer, 1 to 50/, 'any', '--per-page='],
    [/HOST:PORT/, 'any', '--listen', 'nowhere'],
    [/HOST:PORT/, 'any', '--listen', '127.0.0.1:65536'],
    [/ambiguous/, 'any', '--per-page', '-1'],
    [/--per-pages/, 'any', '--per-pages'],
  ]) {
    const env = { ...process.env, INTERCOM_ACCESS_TOKEN: token };
    const { status, stdout, stderr } = spawnSync(process.execPath, [SERVICE, ...args], { env, timeout: 5000 });
    assert.match(String(stderr), says);
    assert.deepEqual([status, String(stdout), String(stderr).split('\n').length], [2, '', 2]);
  }
});

test('another path, another method', async () => {
  const { url } = await service(await sandbox());
  assert.equal((await fetch(`${url}/`)).status, 404);
  assert.equal((await fetch(`${url}/health`, { method: 'POST' })).status, 405);
});
