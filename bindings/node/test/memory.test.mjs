// Native memory and descriptors are freed: by close, at the end of an iteration, and by the garbage collector.
import assert from 'node:assert/strict';
import test from 'node:test';
import { run, sandbox } from './tools.mjs';

const url = await sandbox('--connectors', '1000');
const large = await sandbox('--connectors', '20000');
const PAGES = Number(process.env.DC_TEST_PAGES ?? 2000);

const START = `
  import { readdirSync, readFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { Client } from 'data-connectors';
  const url = process.argv.at(-1);
  const client = () => new Client({ token: 'x', baseUrl: url });
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const rss = () => Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  // The number of descriptors when the garbage collector has closed all but \`limit\`, or after 10 s.
  const settled = async (limit) => {
    for (const started = performance.now(); descriptors() > limit && performance.now() - started < 10_000;)
      await collect();
    return descriptors();
  };
  const collect = async () => { for (let i = 0; i < 5; i++) { gc(); await sleep(5); } };
`;

async function measured(source, baseUrl = url) {
  const result = await run(START + source, { args: [baseUrl], flags: ['--expose-gc'] });
  assert.equal(result.code, 0, result.err);
  return JSON.parse(result.out);
}

const linux = { skip: process.platform !== 'linux' };

test(`${PAGES} pages leak no memory and no descriptors`, linux, async (context) => {
  const { before, after } = await measured(`
    const one = client();
    const dead = new Client({ token: 'x', baseUrl: 'http://127.0.0.1:1', maxRetries: 0 });
    async function pages(count) {
      while (count > 0) {
        for await (const page of one.list({ perPage: 50 }).pages()) count--;
        await one.listPage({ signal: new AbortController().signal });
        await dead.listPage().catch(() => {});
        for await (const row of one.list({ prefetch: true })) break;
      }
      await collect();
      return { rss: rss(), descriptors: descriptors() };
    }
    const before = await pages(500);
    console.log(JSON.stringify({ before, after: await pages(${PAGES}) }));`);
  context.diagnostic(`RSS ${before.rss} KiB, then ${after.rss}; ` +
    `descriptors ${before.descriptors}, then ${after.descriptors}`);
  assert.ok(after.descriptors <= before.descriptors + 2, `${after.descriptors} descriptors`);
  assert.ok(after.rss < before.rss + 16 * 1024, `${after.rss} KiB`);
});

test('unreferenced clients and iterators are freed', linux, async () => {
  const { before, after } = await measured(`
    const calls = [];
    async function leave() {
      for (let i = 0; i < 100; i++) {
        const one = client();
        await one.listPage({ perPage: 1 });
        calls.push(one.list({ prefetch: true }).pages().next().then(() => {}));
        await one.list({ perPage: 1 })[Symbol.asyncIterator]().next();
      }
    }
    const before = descriptors();
    await leave();
    await Promise.all(calls);
    console.log(JSON.stringify({ before, after: await settled(before + 4) }));`);
  assert.ok(after <= before + 4, `${before} descriptors, then ${after}`);
});

test('unreferenced snapshots are freed', linux, async () => {
  const { before, after } = await measured(`
    const one = client();
    async function refresh(count) {
      for (let snapshot = await one.snapshot(); count > 0; count--)
        snapshot = await one.snapshot({ previous: snapshot });
      return rss();
    }
    console.log(JSON.stringify({ before: await refresh(1), after: await refresh(60) }));`, large);
  // All of them together have more than 1 GB. The collector must know their size: their objects are small.
  assert.ok(after < before + 400 * 1024, `${before} KiB, then ${after}`);
});

test('an iterator that is abandoned during a call, and collected, is freed after the call', linux, async () => {
  const { before, after } = await measured(`
    const one = client();
    const before = descriptors();
    for (let i = 0; i < 200; i++) {
      const pages = one.list({ prefetch: i % 2 === 1 }).pages();
      pages.next();
      pages.return();
      if (i % 10 === 0) await collect();
    }
    await one.close();
    console.log(JSON.stringify({ before, after: await settled(before) }));`);
  assert.ok(after <= before, `${before} descriptors, then ${after}`);
});

test('terminated workers free their clients and calls', linux, async () => {
  const { before, after } = await measured(`
    import { once } from 'node:events';
    import { createServer } from 'node:net';
    import { Worker } from 'node:worker_threads';
    let requests = 0;
    const server = createServer((socket) => socket.on('error', () => {}).once('data', () => requests++))
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    const source = \`
      const { workerData } = require('node:worker_threads');
      const { Client, setMaxConcurrentCalls } = require('data-connectors');
      const stuck = new Client({ token: 'x', baseUrl: workerData.stuck });
      for (let i = 0; i < 20; i++) stuck.listPage();
      stuck.list({ prefetch: true }).pages().next();
      stuck.snapshot();
      const one = new Client({ token: 'x', baseUrl: workerData.url });
      const again = () => one.listPage().then(again);
      for (let i = 0; i < 4; i++) again();
      setMaxConcurrentCalls(32);\`;
    const workerData = { url, stuck: 'http://127.0.0.1:' + server.address().port };
    async function rounds(count) {
      for (let i = 0; i < count; i++) {
        const worker = new Worker(source, { eval: true, execArgv: [], workerData });
        for (const expected = requests + 22; requests < expected;) await sleep(1);
        await worker.terminate();
      }
    }
    await rounds(2);
    // The server's ends of the connections.
    while (await new Promise((resolve) => server.getConnections((_, count) => resolve(count))) > 0) await sleep(1);
    const before = descriptors();
    await rounds(10);
    console.log(JSON.stringify({ before, after: await settled(before + 4) }));
    process.exit();`);
  assert.ok(after <= before + 4, `${before} descriptors, then ${after}`);
});

test('a call continues without a reference to its client', linux, async () => {
  const count = await measured(`
    const calls = Array.from({ length: 50 }, () => client().listPage({ perPage: 50 }));
    await collect();
    const pages = await Promise.all(calls);
    console.log(JSON.stringify(pages.reduce((sum, page) => sum + page.connectors.length, 0)));`);
  assert.equal(count, 2500);
});

// Searches the malloc heap, which contains neither JavaScript's strings nor the search buffer.
test('no copy of the access token is left in native memory', linux, async () => {
  const found = await measured(`
    import { openSync, readSync } from 'node:fs';
    const letter = (at) => 97 + at * 7 % 26;
    const token = 'x'.repeat(64) + String.fromCharCode(...Array.from({ length: 40 }, (_, at) => letter(at))) +
      'x'.repeat(900);
    for (let i = 0; i < 8; i++)
      try { new Client({ token, region: 'none' }); } catch {}
    const [start, end] = /(\\w+)-(\\w+) .*\\[heap\\]/.exec(readFileSync('/proc/self/maps', 'latin1')).slice(1)
      .map((address) => parseInt(address, 16));
    const heap = Buffer.allocUnsafeSlow(end - start);
    readSync(openSync('/proc/self/mem'), heap, 0, heap.length, start);
    let found = 0;
    for (let i = 0; i < heap.length; i++) {
      let same = 0;
      while (same < 40 && heap[i + same] === letter(same))
        same++;
      found += same === 40;
    }
    console.log(JSON.stringify(found));`);
  assert.equal(found, 0);
});
