// Programs and worker threads that exit with calls in progress.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { hang, run, sandbox } from './tools.mjs';

const url = await sandbox('--connectors', '137');
const stuck = await hang();
// In milliseconds, with the start of a program: far below the 60 s after which the calls time out.
const SOON = 20_000;

const START = `
  import { createServer } from 'node:net';
  import { Client } from 'data-connectors';
  // A server that never responds, and calls \`then\` when it has received this number of requests.
  const hanging = async (requests, then) => {
    let received = 0;
    const onData = () => { if (++received === requests) then(); };
    const server = createServer((socket) => socket.on('error', () => {}).once('data', onData));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return 'http://127.0.0.1:' + server.address().port;
  };
  const client = (url) => new Client({ token: 'x', baseUrl: url });
  const [url, stuck] = process.argv.slice(-2);
`;
const program = (source, options) => run(START + source, { args: [url, stuck.url], ...options });

test('process.exit with calls in progress exits immediately, with its code', async () => {
  for (let round = 0; round < 5; round++) {
    const result = await program(`
      const one = client(await hanging(16, () => process.exit(${round})));
      for (let i = 0; i < 20; i++) one.listPage();
      one.list({ prefetch: true }).pages().next();`);
    assert.deepEqual([result.code, result.signal, result.err], [round, null, '']);
    assert.ok(result.ms < SOON, `${result.ms} ms`);
  }
});

test('process.exit while many calls finish', async () => {
  for (let round = 0; round < 10; round++) {
    const result = await program(`
      const one = client(url);
      let finished = 0;
      const again = () => one.listPage({ perPage: 5 }).then(() => {
        if (++finished === ${1 + 20 * round}) setImmediate(() => process.exit(0));
        again();
      });
      for (let i = 0; i < 40; i++) again();`);
    assert.deepEqual([result.code, result.signal, result.err], [0, null, '']);
  }
});

test('a call in progress keeps the program running; a client, an iterator and a prefetch do not', async () => {
  const result = await program(`
    const one = client(url);
    const iterator = one.list({ perPage: 5, prefetch: true })[Symbol.asyncIterator]();
    await iterator.next();
    one.listPage().then((page) => console.log(page.connectors.length));`);
  assert.deepEqual([result.code, result.out], [0, '20\n']);
  assert.ok(result.ms < SOON, `${result.ms} ms`);
});

test('an exception from a logger is uncaught, and the call continues', async () => {
  const result = await program(`
    process.on('uncaughtException', (error) => console.log(error.message));
    const logger = { error() {}, warn() {}, info() {}, debug() { throw new Error('in the logger'); } };
    const one = new Client({ token: 'x', baseUrl: url, logger, logLevel: 'debug' });
    console.log((await one.listPage()).connectors.length);`);
  assert.deepEqual([result.code, result.out], [0, 'in the logger\n20\n']);
});

test('an uncaught error terminates the program with its message', async () => {
  const result = await program('await client("http://127.0.0.1:1").listPage();');
  assert.equal(result.code, 1);
  assert.match(result.err, /ConnectionError: .*refused/);
});

test('a signal terminates the program with calls in progress', async () => {
  const result = await program('client(await hanging(1, () => process.kill(process.pid, "SIGTERM"))).listPage();');
  assert.equal(result.signal, 'SIGTERM');
  assert.ok(result.ms < SOON);
});

const WORK = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { Client, setMaxConcurrentCalls } = require('data-connectors');
  const client = (url) => new Client({ token: 'x', baseUrl: url });
  const { url, stuck } = workerData;
`;
const worker = (source) => new Worker(WORK + source, { eval: true, workerData: { url, stuck: stuck.url } });

const COUNT = `(async () => {
  let count = 0;
  for (let round = 0; round < 5; round++)
    for await (const row of client(url).list({ perPage: 10, prefetch: round % 2 === 1 })) count++;
  parentPort.postMessage(count);
})();`;

test('four workers list concurrently', async () => {
  const workers = Array.from({ length: 4 }, () => worker(COUNT));
  const ends = workers.map((one) => once(one, 'exit'));
  const counts = await Promise.all(workers.map((one) => once(one, 'message')));
  assert.deepEqual(counts.flat(), Array(4).fill(5 * 137));
  assert.deepEqual((await Promise.all(ends)).flat(), [0, 0, 0, 0]);
});

const STUCK = `
  const one = client(stuck);
  for (let i = 0; i < 20; i++) one.listPage();
  client(stuck).list({ prefetch: true }).pages().next();
  const quick = client(url);
  const again = () => quick.listPage().then(again);
  setMaxConcurrentCalls(32);
  quick.listPage().then(() => {
    again();
    parentPort.postMessage('ready');
  });
`;

test('terminate() does not wait for calls in progress', async () => {
  for (let round = 0; round < 5; round++) {
    const workers = Array.from({ length: 4 }, () => worker(STUCK));
    await Promise.all(workers.map((one) => once(one, 'message')));
    const started = performance.now();
    await Promise.all(workers.map((one) => one.terminate()));
    assert.ok(performance.now() - started < SOON);
  }
});

test('a worker exits with calls in progress', async () => {
  const one = worker(`${STUCK} parentPort.once('message', () => process.exit(3));`);
  const exited = once(one, 'exit');
  await once(one, 'message');
  one.postMessage('exit');
  assert.deepEqual(await exited, [3]);
});

test('the package can be loaded by workers only', async () => {
  const source = `
    import { Worker } from 'node:worker_threads';
    import { once } from 'node:events';
    for (let round = 0; round < 3; round++) {
      const one = new Worker(${JSON.stringify(WORK + STUCK)},
        { eval: true, execArgv: [], workerData: { url: process.argv.at(-2), stuck: process.argv.at(-1) } });
      await once(one, 'message');
      if (round < 2) await one.terminate(); else process.exit(0);
    }`;
  const result = await run(source, { args: [url, stuck.url] });
  assert.deepEqual([result.code, result.signal, result.err], [0, null, '']);
});

test('the package can be loaded again, as test runners do', async () => {
  const result = await run(`
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const first = require('data-connectors');
    for (const file of Object.keys(require.cache))
      if (file.endsWith('.js')) delete require.cache[file];
    const second = require('data-connectors');
    const [url, stuck] = process.argv.slice(-2);
    const signal = AbortSignal.timeout(50);
    const call = (dc, baseUrl, options) => new dc.Client({ token: 'x', baseUrl }).listPage(options)
      .then((page) => page.connectors.length, (error) => error.name);
    console.log(first !== second, await Promise.all([call(first, url), call(second, url),
      call(first, stuck, { signal }), call(second, stuck, { signal })]));
    process.exit(0);`, { args: [url, stuck.url] });
  assert.deepEqual([result.code, result.out], [0, "true [ 20, 20, 'TimeoutError', 'TimeoutError' ]\n"]);
});
