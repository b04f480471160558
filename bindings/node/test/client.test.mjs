// Clients, pages and iterators.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { inspect } from 'node:util';
import { Client, ClosedError, InvalidArgumentError } from 'data-connectors';
import { ROOT, TOKEN, all, client, failed, hang, list, sandbox, server, sleep } from './tools.mjs';

const url = await sandbox('--connectors', '137');
const abi = JSON.parse(readFileSync(path.join(ROOT, 'abi/data_connectors.json'), 'utf8'));
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

test('the connectors of a page have the values in its JSON, and are frozen', async () => {
  const page = await client(url).listPage({ perPage: 50 });
  const { data } = JSON.parse(page.json);
  assert.equal(data.length, 50);
  page.connectors.forEach((connector, index) => {
    for (const name of abi.fields)
      assert.equal(connector[camel(name)], data[index][name] ?? null, name);
    assert.equal(connector.createdAtMs, Date.parse(connector.createdAt));
    assert.equal(connector.updatedAtMs, Date.parse(connector.updatedAt));
    assert.equal(abi.constants[`DC_STATE_${connector.state.toUpperCase()}`], connector.stateCode);
    assert.equal(abi.constants[`DC_HTTP_METHOD_${connector.httpMethod.toUpperCase()}`], connector.httpMethodCode);
    assert.deepEqual(structuredClone(connector), connector);
    assert.ok(Object.isFrozen(connector));
  });
  assert.ok(Object.isFrozen(page) && Object.isFrozen(page.connectors) && Object.isFrozen(page.rateLimit));
  assert.equal(page.hasNext, true);
  assert.match(page.requestId, /^[0-9a-f-]{36}$/);
  assert.equal(typeof page.rateLimit.remaining, 'number');
});

test('rows may contain unusual strings, absent fields and unknown values', async () => {
  const name = 'a\0b \u{1F600} ü \u00fe\u00ff \u2028';
  const rows = [
    { id: '1', name, direct_fin_usage: false, state: 'archived', new: [1] },
    { id: 5, name: '', created_at: 'yesterday' }, {}, 'no object',
  ];
  const origin = await server((_, response) => response.end(JSON.stringify({ type: 'list', data: rows })));
  const { connectors } = await client(origin.url).listPage();
  assert.deepEqual(connectors.map((row) => [row.id, row.name, row.directFinUsage, row.stateCode, row.createdAtMs]), [
    ['1', name, false, 0, null], [null, '', null, null, null], ...Array(2).fill(Array(5).fill(null))]);
});

test('a list can be iterated repeatedly, by connector and by page', async () => {
  const everything = client(url).list({ perPage: 50 });
  const connectors = await all(everything);
  const pages = await all(everything.pages());
  assert.equal(connectors.length, 137);
  assert.deepEqual(pages.map((page) => page.connectors.length), [50, 50, 37]);
  assert.deepEqual(connectors, pages.flatMap((page) => page.connectors));
  assert.deepEqual(connectors, await all(client(url).list({ perPage: 50, prefetch: true })));
});

test('a new iteration resumes at a cursor', async () => {
  const pages = client(url).list({ perPage: 50 }).pages();
  assert.equal(pages.cursor, null);
  const first = (await pages.next()).value;
  assert.equal(pages.cursor, first.nextCursor);
  await pages.return();
  assert.deepEqual(await pages.next(), { done: true, value: undefined });
  const rest = client(url).list({ perPage: 50, startingAfter: first.nextCursor }).pages();
  assert.equal(rest.cursor, first.nextCursor);
  assert.deepEqual((await all(rest)).map((page) => page.connectors.length), [50, 37]);
  assert.equal(rest.cursor, null);
});

test('concurrent next() return results in order', async () => {
  for (const prefetch of [false, true]) {
    const everything = client(url).list({ perPage: 3, prefetch });
    const expected = (await all(everything)).map((row) => row.id);
    const iterator = everything[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 140 }, () => iterator.next()));
    assert.deepEqual(results.map(({ value }) => value?.id), [...expected, ...Array(3).fill(undefined)]);
    assert.equal(results.findIndex(({ done }) => done), 137);
    const pages = everything.pages();
    const lists = await Promise.all(Array.from({ length: 50 }, () => pages.next()));
    assert.deepEqual(lists.flatMap(({ value }) => value?.connectors ?? []).map((row) => row.id), expected);
  }
});

test('after an error an iterator requests the same page again', async () => {
  const responses = [[200, list(['1'], 'c1')], [503, ''], [503, ''], [200, list(['2'])]];
  const origin = await server((_, response, count) => {
    const [status, body] = responses[count - 1];
    response.writeHead(status).end(body);
  });
  const iterator = client(origin.url, { maxRetries: 0 }).list()[Symbol.asyncIterator]();
  assert.equal((await iterator.next()).value.id, '1');
  for (let i = 0; i < 2; i++)
    assert.equal((await failed(iterator.next())).error.httpStatus, 503);
  assert.equal((await iterator.next()).value.id, '2');
  assert.equal((await iterator.next()).done, true);
  assert.deepEqual(origin.requests.map((request) => request.url.split('?')[1]),
    [undefined, ...Array(3).fill('starting_after=c1')]);
});

test('break sends no further request', async () => {
  const origin = await server((_, response, count) => response.end(list([`${count}`], `c${count}`)));
  for await (const row of client(origin.url).list())
    if (row.id === '2')
      break;
  assert.equal(origin.requests.length, 2);
});

async function assertClosed(one, iterator) {
  assert.equal(one.closed, true);
  for (const call of [() => one.listPage(), async () => one.list(), () => iterator.next()]) {
    const { error } = await failed(call());
    assert.ok(error instanceof ClosedError);
    assert.match(error.message, /closed/);
  }
}

test('close lets calls in progress and in the queue finish, and rejects later ones', async () => {
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  const origin = await server((_, response) => released.then(() => response.end(list(['1']))));
  const one = client(origin.url);
  const [iterator, idle] = [one.list()[Symbol.asyncIterator](), one.list()[Symbol.asyncIterator]()];
  let finished = 0;
  const calls = [iterator.next(), ...Array.from({ length: 20 }, () => one.listPage())].map((call) =>
    call.then(() => finished++));
  const closing = one.close();
  await assertClosed(one, idle);
  assert.equal(finished, 0);
  release();
  await closing;
  await Promise.all(calls);
  assert.equal(finished, 21);
  assert.equal(origin.requests.length, 21);
  await one.close();
  await one.shutdown();
});

test('shutdown cancels calls, also after close, and rejects later ones', async () => {
  for (const closed of [false, true]) {
    const origin = await hang();
    const one = client(origin.url);
    const iterator = one.list()[Symbol.asyncIterator]();
    const calls = [one.listPage(), iterator.next(), all(one.list({ prefetch: true }).pages())].map(failed);
    if (closed)
      one.close();
    await origin.received(3);
    const started = performance.now();
    one.shutdown();
    for (const { error } of await Promise.all(calls))
      assert.equal(error.code, 'DC_ERR_CANCELLED');
    const ms = performance.now() - started;
    assert.ok(ms < 1000, `${ms} ms`);
    await one.shutdown();
    await assertClosed(one, iterator);
  }
});

test('using and await using close a client', { skip: !Symbol.dispose }, async () => {
  const [one, other] = [client(url), client(url)];
  const call = other.listPage();
  one[Symbol.dispose]();
  assert.equal(await other[Symbol.asyncDispose](), undefined);
  assert.equal((await call).connectors.length, 20);
  assert.deepEqual([one.closed, other.closed], [true, true]);
});

test('await using closes an iterator', { skip: !Symbol.asyncDispose }, async () => {
  const everything = client(url).list({ perPage: 1 });
  for (const iterator of [everything.pages(), everything[Symbol.asyncIterator]()]) {
    await iterator.next();
    assert.equal(await iterator[Symbol.asyncDispose](), undefined);
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  }
});

test('options are used, and null selects the default', async () => {
  const origin = await server((_, response) => response.end(list(['1'])));
  await client(origin.url, { userAgentSuffix: 'app/1', region: null, proxy: undefined, waitForRateLimit: true,
    options: { api_version: '2.16', system_roots: 'false' } }).listPage();
  const { headers } = origin.requests[0];
  assert.equal(headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(headers['intercom-version'], '2.16');
  assert.match(headers['user-agent'], / app\/1$/);
});

test('each option of the library is a typed option of the constructor', () => {
  const types = { string: 'string', int: 'number', bool: 'boolean' };
  for (const { name, type } of abi.options) {
    const key = name === 'access_token' ? 'token' : camel(name);
    assert.throws(() => new Client({ token: TOKEN, [key]: [] }), new RegExp(`^.*: ${key} must be a ${types[type]}$`));
  }
});

test('console.log shows the options without secrets', async () => {
  const one = new Client({ token: TOKEN, proxy: `http://user:${TOKEN}@127.0.0.1:1`, timeoutMs: 5, caFile: null,
    options: { access_token: TOKEN, max_retries: '1' } });
  assert.equal(inspect(one), "Client { timeoutMs: 5, maxRetries: '1' }");
  assert.equal(inspect({ one }, { compact: false }),
    "{\n  one: Client {\n    timeoutMs: 5,\n    maxRetries: '1'\n  }\n}");
  await one.close();
  assert.equal(inspect(one), "Client { timeoutMs: 5, maxRetries: '1', closed: true }");
});

test('the logger receives the lines of its level while a call is in progress', async () => {
  let respond;
  const origin = await server((_, response, count) => {
    const end = () => response.writeHead(count === 1 ? 503 : 200, { 'Retry-After': 0 }).end(list(['1']));
    if (count === 2)
      end();
    else
      respond = end;
  });
  const lines = [];
  const logger = {};
  for (const level of ['error', 'warn', 'info', 'debug'])
    logger[level] = function (message) {
      assert.equal(this, logger);
      lines.push([level, message]);
    };
  const levels = async (options) => {
    lines.length = 0;
    const one = client(origin.url, { logger, ...options });
    const before = origin.requests.length;
    const call = one.listPage();
    await origin.received(before + 1);
    // Before the request, the addon has passed the line to the event loop.
    while (options.logLevel === 'debug' && lines.length === 0)
      await sleep(1);
    await sleep(1);
    const early = lines.map(([level]) => level);
    respond();
    await call;
    await one.close();
    return { early, all: lines.map(([level]) => level) };
  };
  assert.deepEqual(await levels({ logLevel: 'debug' }),
    { early: ['debug'], all: ['debug', 'info', 'warn', 'debug', 'info'] });
  assert.match(lines[0][1], /^GET http:.*attempt 1$/);
  assert.deepEqual(await levels({}), { early: [], all: ['info'] });
  assert.deepEqual(await levels({ logLevel: 'warn' }), { early: [], all: [] });
  assert.ok(lines.every(([, message]) => !message.includes(TOKEN)));
});

for (const [options, message] of [
  [undefined, /options must be an object/],
  [{ token: undefined }, /access_token: pass .* \(is the variable for it set\?\)$/],
  [{ token: 5 }, /^token must be a string$/],
  [{ token: TOKEN, timeout: 5 }, /unknown option "timeout": use token, region, .*options, logger, logLevel/],
  [{ token: TOKEN, timeoutMs: TOKEN }, /^timeoutMs must be a number$/],
  [{ token: TOKEN, timeoutMs: 1.5 }, /^invalid timeout_ms "1.5": use an integer from 1 to 86400000$/],
  [{ token: TOKEN, connectTimeoutMs: NaN }, /^invalid connect_timeout_ms "NaN": use an integer from 1 to 86400000$/],
  [{ token: TOKEN, maxResponseBytes: 2 ** 60 }, / 1152921504606847000: use 1024 to 1073741824/],
  [{ token: TOKEN, timeoutMs: 2 ** 40 }, /timeout.*86400/],
  [{ token: TOKEN, maxRetries: 2 ** 32 }, /4294967296: use 0 to 10/],
  [{ token: TOKEN, maxRetries: 5n }, /^maxRetries must be a number$/],
  [{ token: TOKEN, waitForRateLimit: 1 }, /waitForRateLimit must be a boolean/],
  [{ token: TOKEN, region: 'e\0u' }, /region must not contain NUL/],
  [{ token: TOKEN, region: '\ud800' }, /region must not contain .* surrogate/],
  [{ token: TOKEN, region: 'eu', baseUrl: 'https://x' }, /region and baseUrl replace each other: pass one of them/],
  [{ token: TOKEN, caFile: '/x', options: { system_roots: '1' } }, /caFile and systemRoots replace each other/],
  [{ token: TOKEN, options: { time_out_ms: '1' } }, /time_out_ms.*did you mean timeout_ms/],
  [{ token: TOKEN, options: TOKEN }, /options must be an object/],
  [{ token: TOKEN, options: { timeout_ms: 1 } }, /options.timeout_ms must be a string/],
  [{ token: TOKEN, logger: console, logLevel: 'trace' }, /invalid logLevel: use error, warn, info, debug/],
  [{ token: TOKEN, logger: () => {} }, /^logger must be an object .*, such as console: it has no error$/],
  [{ token: TOKEN, logger: { error() {}, warn() {} } }, /^logger must be an object .*: it has no info$/],
  [{ token: TOKEN, proxy: `socks5://user:${TOKEN}@h` }, /invalid proxy/],
])
  test(`client options are rejected: ${message}`, () => {
    assert.throws(() => new Client(options), (error) => {
      assert.ok(error instanceof InvalidArgumentError, error.stack);
      assert.equal(error.code, 'DC_ERR_INVALID_ARGUMENT');
      assert.match(error.message, message);
      assert.doesNotMatch(error.stack, new RegExp(TOKEN));
      return true;
    });
  });

for (const [options, message] of [
  ...['overlap', 'timeout'].map((name) =>
    [{ [`${name}Ms`]: -1 }, new RegExp(`invalid ${name}_ms -1: use an integer from`)]),
  [{ maxPasses: -1 }, /invalid max_passes -1: use an integer from 1 to 1000/],
  [{ overlapMs: NaN }, /invalid overlap_ms NaN: use an integer from 0 to 3600000/],
  [{ maxPasses: 0 }, /invalid max_passes 0: use 1 to 1000/],
  [{ maxPasses: 2 ** 32 + 1 }, /invalid max_passes 4294967297: use an integer from 1 to 1000/],
  [{ timeoutMs: '5' }, /invalid timeout_ms: use an integer from 1 to 86400000/],
  [{ previous: {} }, /previous must be a Snapshot/],
  [{ signal: 1 }, /signal must be an AbortSignal/],
  [{ perPage: 5 }, /unknown option "perPage": use previous, overlapMs, maxPasses, timeoutMs, signal/],
])
  test(`snapshot options are rejected: ${message}`, async () => {
    const { error } = await failed(client(url).snapshot(options));
    assert.ok(error instanceof InvalidArgumentError, error.stack);
    assert.match(error.message, message);
  });

for (const [options, message] of [
  [{ perPage: 51 }, /invalid per_page 51: use 1 to 50/],
  [{ perPage: 2 ** 40 }, /invalid per_page 1099511627776: use an integer from 1 to 50/],
  [{ perPage: '5' }, /invalid per_page: use an integer from 1 to 50/],
  [{ startingAfter: '' }, /starting_after.*empty/],
  [{ startingAfter: 'a\0b' }, /starting_after must not contain NUL/],
  [{ signal: {} }, /signal must be an AbortSignal/],
  [{ prefetch: 1 }, /prefetch/],
  [{ page: 1 }, /unknown option "page": use perPage, startingAfter, signal/],
  [null, /must be an object/],
])
  test(`list options are rejected: ${message}`, async () => {
    const one = client(url);
    for (const call of [() => one.listPage(options), async () => one.list(options)]) {
      const { error } = await failed(call());
      assert.ok(error instanceof InvalidArgumentError, error.stack);
      assert.match(error.message, message);
    }
  });
