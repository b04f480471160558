// AbortSignal: in each phase, and what becomes of the call and of the signal.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import net from 'node:net';
import test, { after } from 'node:test';
import { all, client, failed, hang, list, server } from './tools.mjs';

const SOON = 500;

// A server that accepts, and then does with the connection what it is told.
async function accepting(then) {
  const made = net.createServer(then);
  const sockets = new Set();
  made.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  after(() => {
    sockets.forEach((socket) => socket.destroy());
    made.close();
  });
  await new Promise((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${made.address().port}`;
}

const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n';
const phases = {
  'opening the connection': async () => ['http://192.0.2.1', { allowInsecureHttp: true }],
  'the TLS handshake': async () => [`https://${await accepting(() => {})}`],
  'the proxy\'s CONNECT': async () => ['https://x.invalid', { proxy: `http://${await accepting(() => {})}` }],
  'waiting for the answer': async () => [`http://${await accepting(() => {})}`],
  'the head': async () => [`http://${await accepting((socket) => socket.write(head))}`],
  'the body': async () => [`http://${await accepting((socket) => socket.write(`${head}\r\n{"ty`))}`],
  'the wait for another attempt': async () =>
    [(await server((_, response) => response.writeHead(503, { 'Retry-After': 30 }).end())).url],
};

for (const [phase, where] of Object.entries(phases))
  test(`a call is aborted in ${phase}: it rejects with the reason, in milliseconds`, async () => {
    const [url, settings] = await where();
    for (const listing of [(one, signal) => one.listPage({ signal }), (one, signal) => all(one.list({ signal }))]) {
      const controller = new AbortController();
      const reason = new Error('enough');
      let aborted;
      setTimeout(() => {
        aborted = performance.now();
        controller.abort(reason);
      }, 100);
      const { error } = await failed(listing(client(url, settings), controller.signal));
      assert.equal(error, reason);
      assert.ok(performance.now() - aborted < SOON);
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    }
  });

test('a signal that is aborted already: nothing is sent', async () => {
  const there = await server((_, response) => response.end(list([])));
  const one = client(there.url);
  const signal = AbortSignal.abort();
  for (const call of [() => one.listPage({ signal }), () => all(one.list({ signal })),
    () => one.list({ signal }).pages().next()]) {
    const { error } = await failed(call());
    assert.equal(error.name, 'AbortError');
    assert.equal(error, signal.reason);
  }
  assert.equal(there.requests.length, 0);
});

test('AbortSignal.timeout is a TimeoutError, as for fetch', async () => {
  const { error, ms } = await failed(client((await hang()).url).listPage({ signal: AbortSignal.timeout(50) }));
  assert.equal(error.name, 'TimeoutError');
  assert.ok(ms < SOON);
});

test('one signal ends many calls, and keeps no listener of those that are over', async () => {
  const [good, bad] = [await server((_, response) => response.end(list(['1']))), await hang()];
  const controller = new AbortController();
  const { signal } = controller;
  for (let i = 0; i < 20; i++)
    await client(good.url).listPage({ signal });
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  const one = client(bad.url);
  const calls = Array.from({ length: 8 }, () => failed(one.listPage({ signal })));
  setTimeout(() => controller.abort(), 50);
  for (const { error } of await Promise.all(calls))
    assert.equal(error, signal.reason);
});

test('many calls at once share a listener, which goes with the last of them', async () => {
  const there = await server((request, response) => request.url.endsWith('=7') ? response.end(list([])) : undefined);
  const warnings = [];
  process.on('warning', (warning) => warnings.push(warning.message));
  const one = client(there.url);
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = () => getEventListeners(signal, 'abort').length;
  const first = one.listPage({ perPage: 7, signal });
  const calls = Array.from({ length: 40 }, () => failed(one.listPage({ signal })));
  await first;
  assert.equal(listeners(), 1);
  controller.abort();
  for (const { error } of await Promise.all(calls))
    assert.equal(error, signal.reason);
  assert.equal(listeners(), 0);
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
});

test('aborting a great many calls that queue does not block, and ends no others', async () => {
  const one = client((await hang()).url);
  const controllers = [new AbortController(), new AbortController()];
  const [queued, others] = [[], []];
  for (let i = 0; i < 30_000; i++) {
    queued.push(failed(one.listPage({ signal: controllers[0].signal })));
    others.push(failed(one.listPage({ signal: controllers[1].signal })));
  }
  const started = performance.now();
  controllers[0].abort();
  const ms = performance.now() - started;
  assert.ok(ms < 500, `${ms} ms`);
  for (const { error } of await Promise.all(queued))
    assert.equal(error, controllers[0].signal.reason);
  one.close();
  for (const { error } of await Promise.all(others))
    assert.equal(error.code, 'DC_ERR_CANCELLED');
});

test('a call that still queues is aborted, or closed, at once', async () => {
  const one = client((await hang()).url);
  const busy = Array.from({ length: 16 }, () => failed(one.listPage()));
  const other = client((await hang()).url);
  const controller = new AbortController();
  const queued = [failed(other.listPage({ signal: controller.signal })), failed(all(other.list()))];
  setTimeout(() => controller.abort(), 20);
  setTimeout(() => other.close(), 40);
  const ended = await Promise.all(queued);
  assert.deepEqual(ended.map(({ error }) => error.name), ['AbortError', 'CancelledError']);
  assert.ok(ended.every(({ ms }) => ms < SOON));
  assert.equal(ended[1].error.attempts, 0);
  one.close();
  await Promise.all(busy);
});

test('leaving a walk ends its call under way', async () => {
  for (const prefetch of [false, true]) {
    const walk = client((await hang()).url).list({ prefetch })[Symbol.asyncIterator]();
    const step = walk.next();
    setTimeout(() => walk.return(), 50);
    const started = performance.now();
    assert.deepEqual(await step, { done: true, value: undefined });
    assert.ok(performance.now() - started < SOON);
  }
});

test('an aborted walk can be gone on with, at its cursor', async () => {
  const there = await server((request, response) => {
    if (!request.url.includes('c1'))
      response.end(list(['1'], 'c1'));
    else if (there.requests.length > 2)
      response.end(list(['2']));
  });
  const one = client(there.url);
  const controller = new AbortController();
  const pages = one.list({ signal: controller.signal }).pages();
  await pages.next();
  setTimeout(() => controller.abort(), 50);
  await failed(pages.next());
  assert.equal(pages.cursor, 'c1');
  assert.deepEqual((await all(one.list({ startingAfter: pages.cursor }))).map((row) => row.id), ['2']);
});
