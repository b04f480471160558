// What is native is freed: by close, at a walk's end, and by the garbage collector.
import assert from 'node:assert/strict';
import test from 'node:test';
import { run, sandbox } from './tools.mjs';

const url = await sandbox('--connectors', '1000');
const PAGES = Number(process.env.DC_TEST_PAGES ?? 2000);

const START = `
  import { readdirSync, readFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { Client } from 'data-connectors';
  const url = process.argv.at(-1);
  const client = () => new Client({ token: 'x', baseUrl: url });
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const rss = () => Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const collect = async () => { for (let i = 0; i < 5; i++) { gc(); await sleep(5); } };
`;

async function measured(source) {
  const ended = await run(START + source, { args: [url], flags: ['--expose-gc'] });
  assert.equal(ended.code, 0, ended.err);
  return JSON.parse(ended.out);
}

const linux = { skip: process.platform !== 'linux' };

test(`${PAGES} pages: memory and descriptors stay`, linux, async (context) => {
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

test('clients and walks that nothing refers to any more', linux, async () => {
  const { before, after } = await measured(`
    async function leave() {
      for (let i = 0; i < 100; i++) {
        const one = client();
        await one.listPage({ perPage: 1 });
        one.list({ prefetch: true }).pages().next().catch(() => {});
        const walk = one.list({ perPage: 1 })[Symbol.asyncIterator]();
        await walk.next();
      }
    }
    const before = descriptors();
    await leave();
    await sleep(100);
    await collect();
    console.log(JSON.stringify({ before, after: descriptors() }));`);
  assert.ok(after <= before + 4, `${before} descriptors, then ${after}`);
});

test('a call goes on though nothing refers to its client', linux, async () => {
  const count = await measured(`
    const calls = Array.from({ length: 50 }, () => client().listPage({ perPage: 50 }));
    await collect();
    const pages = await Promise.all(calls);
    console.log(JSON.stringify(pages.reduce((sum, page) => sum + page.connectors.length, 0)));`);
  assert.equal(count, 2500);
});

// Looked for where C's memory is: JavaScript's own strings are elsewhere, and so is what the search is done with.
test('no copy of a token stays behind', linux, async () => {
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
