// AbortSignal cancels a call in each phase, and keeps no listeners.
import assert from 'node:assert/strict';
import { EventEmitter, getEventListeners, once } from 'node:events';
import net from 'node:net';
import test, { after } from 'node:test';
import { all, client, failed, hang, list, server, sleep } from './tools.mjs';

// In milliseconds: far below the timeouts and retry delays that the calls would otherwise wait for.
const SOON = 10_000;

// A server that responds with these bytes only. `received(count)` waits until that many connections have sent data.
async function accept(bytes) {
  const events = new EventEmitter();
  const sockets = new Set();
  let count = 0;
  const created = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('data', () => socket.write(bytes, () => events.emit('received', ++count)));
  });
  after(() => {
    sockets.forEach((socket) => socket.destroy());
    created.close();
  });
  await new Promise((resolve) => created.listen(0, '127.0.0.1', resolve));
  const received = async (expected) => {
    while (count < expected)
      await once(events, 'received');
  };
  return { address: `127.0.0.1:${created.address().port}`, received };
}

const listeners = (signal) => getEventListeners(signal, 'abort').length;

const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n';
const atServer = async (scheme, bytes = '') => {
  const { address, received } = await accept(bytes);
  return { url: `${scheme}://${address}`, reached: (lines, count) => received(count) };
};
// Until the log has a line of this level.
const logged = (level) => async (lines) => {
  while (!lines.includes(level))
    await sleep(1);
};
const phases = {
  'while connecting': async () =>
    ({ url: 'http://192.0.2.1', options: { allowInsecureHttp: true }, reached: logged('debug') }),
  'in the TLS handshake': () => atServer('https'),
  'in the CONNECT request': async () => {
    const { url, reached } = await atServer('http');
    return { url: 'https://x.invalid', options: { proxy: url }, reached };
  },
  'waiting for the response': () => atServer('http'),
  'in the head': () => atServer('http', head),
  'in the body': () => atServer('http', `${head}\r\n{"ty`),
  'in the retry delay': async () => {
    const { url } = await server((_, response) => response.writeHead(503, { 'Retry-After': 30 }).end());
    return { url, reached: logged('warn') };
  },
};

for (const [phase, where] of Object.entries(phases))
  test(`a call aborted ${phase} rejects with the reason, without waiting for a timeout`, async () => {
    const { url, options, reached } = await where();
    const calls = [(one, signal) => one.listPage({ signal }), (one, signal) => all(one.list({ signal }))];
    for (const [index, call] of calls.entries()) {
      const controller = new AbortController();
      const reason = new Error('enough');
      const lines = [];
      const logger = Object.fromEntries(['error', 'warn', 'info', 'debug'].map((level) =>
        [level, () => lines.push(level)]));
      const result = failed(call(client(url, { ...options, logger, logLevel: 'debug' }), controller.signal));
      await reached(lines, index + 1);
      const aborted = performance.now();
      controller.abort(reason);
      const { error } = await result;
      assert.equal(error, reason);
      assert.ok(performance.now() - aborted < SOON);
      assert.equal(listeners(controller.signal), 0);
    }
  });

test('a call with an aborted signal sends nothing', async () => {
  const origin = await server((_, response) => response.end(list([])));
  const one = client(origin.url);
  const signal = AbortSignal.abort();
  for (const call of [() => one.listPage({ signal }), () => all(one.list({ signal })),
    () => one.list({ signal }).pages().next()]) {
    const { error } = await failed(call());
    assert.equal(error.name, 'AbortError');
    assert.equal(error, signal.reason);
  }
  assert.equal(origin.requests.length, 0);
});

test('AbortSignal.timeout causes a TimeoutError, as with fetch', async () => {
  const { error, ms } = await failed(client((await hang()).url).listPage({ signal: AbortSignal.timeout(50) }));
  assert.equal(error.name, 'TimeoutError');
  assert.ok(ms < SOON);
});

test('a signal can be shared by calls of several clients, and keeps no listener', async () => {
  const [good, bad] = [await server((_, response) => response.end(list(['1']))), await hang()];
  const controller = new AbortController();
  const { signal } = controller;
  for (let i = 0; i < 20; i++)
    await client(good.url).listPage({ signal });
  assert.equal(listeners(signal), 0);
  const one = client(bad.url);
  const calls = Array.from({ length: 8 }, () => failed(one.listPage({ signal })));
  await bad.received(8);
  controller.abort();
  for (const { error } of await Promise.all(calls))
    assert.equal(error, signal.reason);
});

test('concurrent calls share a listener', async () => {
  const origin = await server((request, response) => request.url.endsWith('=7') ? response.end(list([])) : undefined);
  const warnings = [];
  process.on('warning', (warning) => warnings.push(warning.message));
  const one = client(origin.url);
  const controller = new AbortController();
  const { signal } = controller;
  const first = one.listPage({ perPage: 7, signal });
  const calls = Array.from({ length: 40 }, () => failed(one.listPage({ signal })));
  await first;
  assert.equal(listeners(signal), 1);
  controller.abort();
  for (const { error } of await Promise.all(calls))
    assert.equal(error, signal.reason);
  assert.equal(listeners(signal), 0);
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
});

test('aborting 30,000 queued calls does not block, and cancels no other calls', async () => {
  const one = client((await hang()).url);
  const controllers = [new AbortController(), new AbortController()];
  const [queued, others] = [[], []];
  const created = performance.now();
  for (let i = 0; i < 30_000; i++) {
    queued.push(failed(one.listPage({ signal: controllers[0].signal })));
    others.push(failed(one.listPage({ signal: controllers[1].signal })));
  }
  const started = performance.now();
  controllers[0].abort();
  const ms = performance.now() - started;
  // The control, measured in the same run, takes time in proportion to the number of calls.
  assert.ok(ms < 2 * (started - created), `${ms} ms, ${started - created} ms to start the calls`);
  for (const { error } of await Promise.all(queued))
    assert.equal(error, controllers[0].signal.reason);
  one.shutdown();
  for (const { error } of await Promise.all(others))
    assert.equal(error.code, 'DC_ERR_CANCELLED');
});

test('a queued call is cancelled immediately by its signal or by shutdown', async () => {
  const stuck = await hang();
  const one = client(stuck.url);
  const busy = Array.from({ length: 16 }, () => failed(one.listPage()));
  const other = client((await hang()).url);
  const controller = new AbortController();
  const queued = [failed(other.listPage({ signal: controller.signal })), failed(all(other.list()))];
  await stuck.received(16);
  controller.abort();
  await queued[0];
  other.shutdown();
  const results = await Promise.all(queued);
  assert.deepEqual(results.map(({ error }) => error.name), ['AbortError', 'CancelledError']);
  assert.ok(results.every(({ ms }) => ms < SOON));
  assert.equal(results[1].error.attempts, 0);
  one.shutdown();
  await Promise.all(busy);
});

test('return() cancels the call in progress', async () => {
  for (const prefetch of [false, true]) {
    const stuck = await hang();
    const everything = client(stuck.url).list({ prefetch });
    for (const [index, iterator] of [everything.pages(), everything[Symbol.asyncIterator]()].entries()) {
      const next = iterator.next();
      await stuck.received(index + 1);
      const started = performance.now();
      iterator.return();
      assert.deepEqual(await next, { done: true, value: undefined });
      assert.ok(performance.now() - started < SOON);
    }
  }
});

test('an aborted iteration can be continued at its cursor', async () => {
  const origin = await server((request, response) => {
    if (!request.url.includes('c1'))
      response.end(list(['1'], 'c1'));
    else if (origin.requests.length > 2)
      response.end(list(['2']));
  });
  const one = client(origin.url);
  const controller = new AbortController();
  const pages = one.list({ signal: controller.signal }).pages();
  await pages.next();
  const next = failed(pages.next());
  await origin.received(2);
  controller.abort();
  await next;
  assert.equal(pages.cursor, 'c1');
  assert.deepEqual((await all(one.list({ startingAfter: pages.cursor }))).map((row) => row.id), ['2']);
});
