// The client and its walks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client, ClosedError, InvalidArgumentError } from 'data-connectors';
import { TOKEN, all, client, failed, hang, list, sandbox, server } from './tools.mjs';

const url = await sandbox('--connectors', '137');
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

test('a page: its rows are those of its JSON, frozen', async () => {
  const page = await client(url).listPage({ perPage: 50 });
  const { data } = JSON.parse(page.json);
  assert.equal(data.length, 50);
  page.connectors.forEach((connector, index) => {
    for (const [name, value] of Object.entries(connector)) {
      if (/At$|Id$|Url$|^(type|id|name|description|state|httpMethod|directFinUsage)$/.test(name))
        assert.equal(value, data[index][snake(name)] ?? null, name);
    }
    assert.equal(connector.createdAtMs, Date.parse(connector.createdAt));
    assert.equal(connector.updatedAtMs, Date.parse(connector.updatedAt));
    assert.equal(Object.keys(connector).length, 16);
    assert.ok(Object.isFrozen(connector));
  });
  assert.ok(Object.isFrozen(page) && Object.isFrozen(page.connectors));
  assert.equal(page.hasNext, true);
  assert.match(page.requestId, /^[0-9a-f-]{36}$/);
  assert.equal(typeof page.rateLimit.remaining, 'number');
});

test('texts of every kind, absent ones, and later fields', async () => {
  const name = 'a\0b \u{1F600} ü \u00fe\u00ff';
  const rows = [
    { id: '1', name, direct_fin_usage: false, state: 'archived', new: [1] },
    { id: 5, name: '', created_at: 'yesterday' }, {}, 'no object',
  ];
  const there = await server((_, response) => response.end(JSON.stringify({ type: 'list', data: rows })));
  const { connectors } = await client(there.url).listPage();
  assert.deepEqual(connectors.map((row) => [row.id, row.name, row.directFinUsage, row.stateCode, row.createdAtMs]), [
    ['1', name, false, 0, null], [null, '', null, null, null], ...Array(2).fill(Array(5).fill(null))]);
});

test('a walk over connectors, and over pages, and again', async () => {
  const everything = client(url).list({ perPage: 50 });
  const connectors = await all(everything);
  const pages = await all(everything.pages());
  assert.equal(connectors.length, 137);
  assert.deepEqual(pages.map((page) => page.connectors.length), [50, 50, 37]);
  assert.deepEqual(connectors, pages.flatMap((page) => page.connectors));
  assert.deepEqual(connectors, await all(client(url).list({ perPage: 50, prefetch: true })));
});

test('a walk goes on at its cursor', async () => {
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

test('steps asked for at once come in order', async () => {
  for (const prefetch of [false, true]) {
    const expected = (await all(client(url).list())).map((row) => row.id);
    const walk = client(url).list({ perPage: 3, prefetch })[Symbol.asyncIterator]();
    const steps = await Promise.all(Array.from({ length: 140 }, () => walk.next()));
    assert.deepEqual(steps.map((step) => step.value?.id), [...expected, ...Array(3).fill(undefined)]);
    assert.deepEqual(steps.map((step) => step.done).indexOf(true), 137);
  }
});

test('a walk that failed stands where it was', async () => {
  const answers = [[200, list(['1'], 'c1')], [503, ''], [503, ''], [200, list(['2'])]];
  const there = await server((_, response, count) => {
    const [status, body] = answers[count - 1];
    response.writeHead(status).end(body);
  });
  const walk = client(there.url, { maxRetries: 0 }).list()[Symbol.asyncIterator]();
  assert.equal((await walk.next()).value.id, '1');
  for (let i = 0; i < 2; i++)
    assert.equal((await failed(walk.next())).error.httpStatus, 503);
  assert.equal((await walk.next()).value.id, '2');
  assert.equal((await walk.next()).done, true);
  assert.deepEqual(there.requests.map((request) => request.url.split('?')[1]),
    [undefined, ...Array(3).fill('starting_after=c1')]);
});

test('leaving a loop asks for nothing more', async () => {
  const there = await server((_, response, count) => response.end(list([`${count}`], `c${count}`)));
  for await (const row of client(there.url).list())
    if (row.id === '2')
      break;
  assert.equal(there.requests.length, 2);
});

test('close ends calls under way, and refuses later ones', async () => {
  const there = await hang();
  const one = client(there.url);
  const walk = one.list()[Symbol.asyncIterator]();
  const calls = [one.listPage(), walk.next(), all(one.list().pages())].map(failed);
  setTimeout(() => one.close(), 50);
  for (const { error, ms } of await Promise.all(calls)) {
    assert.equal(error.code, 'DC_ERR_CANCELLED');
    assert.ok(ms < 1000, `${ms} ms`);
  }
  one.close();
  assert.equal(one.closed, true);
  for (const refused of [() => one.listPage(), async () => one.list(), () => walk.next()]) {
    const { error } = await failed(refused());
    assert.ok(error instanceof ClosedError);
    assert.match(error.message, /closed/);
  }
});

test('using and await using close it', { skip: !Symbol.dispose }, async () => {
  const [one, other] = [client(url), client(url)];
  one[Symbol.dispose]();
  await other[Symbol.asyncDispose]();
  assert.deepEqual([one.closed, other.closed], [true, true]);
});

test('await using leaves a walk', { skip: !Symbol.asyncDispose }, async () => {
  const everything = client(url).list({ perPage: 1 });
  for (const walk of [everything.pages(), everything[Symbol.asyncIterator]()]) {
    await walk.next();
    assert.equal(await walk[Symbol.asyncDispose](), undefined);
    assert.deepEqual(await walk.next(), { done: true, value: undefined });
  }
});

test('a setting is taken: null stands for the default', async () => {
  const there = await server((_, response) => response.end(list(['1'])));
  await client(there.url, { userAgentSuffix: 'app/1', region: null, proxy: undefined, waitForRateLimit: true,
    options: { api_version: '2.16', system_roots: 'false' } }).listPage();
  const { headers } = there.requests[0];
  assert.equal(headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(headers['intercom-version'], '2.16');
  assert.match(headers['user-agent'], / app\/1$/);
});

for (const [settings, says] of [
  [undefined, /settings must be an object/],
  [{}, /token/],
  [{ token: 5 }, /token must be a string/],
  [{ token: TOKEN, timeout: 5 }, /no setting "timeout": use token, region, .*waitForRateLimit, options/],
  [{ token: TOKEN, timeoutMs: TOKEN }, /^timeoutMs must be a number$/],
  [{ token: TOKEN, timeoutMs: 1.5 }, /^invalid timeout_ms "1.5": use an integer from 1 to 86400000$/],
  [{ token: TOKEN, connectTimeoutMs: NaN }, /^invalid connect_timeout_ms "NaN": use an integer from 1 to 86400000$/],
  [{ token: TOKEN, maxResponseBytes: 2 ** 60 }, / 1152921504606847000: use 1024 to 1073741824/],
  [{ token: TOKEN, timeoutMs: 2 ** 40 }, /timeout.*86400/],
  [{ token: TOKEN, maxRetries: 2 ** 32 }, /4294967296: use 0 to 10/],
  [{ token: TOKEN, maxRetries: 5n }, /^maxRetries must be a number$/],
  [{ token: TOKEN, waitForRateLimit: 1 }, /waitForRateLimit must be true or false/],
  [{ token: TOKEN, userAgentSuffix: 'a\0b' }, /userAgentSuffix must not contain NUL/],
  [{ token: TOKEN, caFile: '\ud83d' }, /caFile must be valid Unicode/],
  [{ token: TOKEN, region: 'eu', baseUrl: url }, /region and baseUrl.*one of them/],
  [{ token: TOKEN, options: { region: 'eu' }, baseUrl: url }, /region and baseUrl.*one of them/],
  [{ token: TOKEN, options: { timeout: '5' } }, /"timeout": did you mean timeout_ms\?/],
  [{ token: TOKEN, options: { timeout_ms: 5 } }, /^the value of an option must be a string$/],
  [{ token: TOKEN, options: TOKEN }, /options must be an object/],
])
  test(`settings are refused: ${says}`, () => {
    assert.throws(() => new Client(settings), (error) => {
      assert.ok(error instanceof InvalidArgumentError, error.stack);
      assert.equal(error.code, 'DC_ERR_INVALID_ARGUMENT');
      assert.match(error.message, says);
      assert.doesNotMatch(error.stack, new RegExp(TOKEN));
      return true;
    });
  });

for (const [options, says] of [
  [{ perPage: 51 }, /invalid per_page 51: use 1 to 50/],
  [{ perPage: 2 ** 40 }, /per_page is 1099511627776: use 1 to 50/],
  [{ perPage: '5' }, /per_page is of type string: use an integer, 1 to 50/],
  [{ startingAfter: '' }, /starting_after.* empty/],
  [{ startingAfter: 'a\0b' }, /starting_after must not contain NUL/],
  [{ signal: {} }, /signal must be an AbortSignal/],
  [{ page: 1 }, /no option "page"/],
  [null, /must be an object/],
])
  test(`options are refused: ${says}`, async () => {
    const one = client(url);
    for (const refused of [() => one.listPage(options), async () => one.list(options)]) {
      const { error } = await failed(refused());
      assert.ok(error instanceof InvalidArgumentError, error.stack);
      assert.match(error.message, says);
    }
  });
