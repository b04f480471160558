// Errors: their classes and members. None contains the access token.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import { inspect } from 'node:util';
import * as dc from 'data-connectors';
import { TOKEN, client, failed, server } from './tools.mjs';

const problem = (message, code, field = null) =>
  JSON.stringify({ type: 'error.list', request_id: 'req-1', errors: [{ code, message, field }] });

for (const [status, kind, code] of [
  [401, dc.AuthenticationError, 'DC_ERR_UNAUTHORIZED'],
  [403, dc.PermissionDeniedError, 'DC_ERR_FORBIDDEN'],
  [429, dc.RateLimitError, 'DC_ERR_RATE_LIMITED'],
  [400, dc.BadRequestError, 'DC_ERR_BAD_REQUEST'],
  [404, dc.BadRequestError, 'DC_ERR_BAD_REQUEST'],
  [500, dc.ServerError, 'DC_ERR_SERVER'],
  [302, dc.ProtocolError, 'DC_ERR_PROTOCOL'],
])
  test(`HTTP ${status} is a ${kind.name} with the details of the response`, async () => {
    const origin = await server((_, response) => {
      response.writeHead(status, { 'Retry-After': 7, 'X-RateLimit-Limit': 10, 'X-RateLimit-Remaining': 0,
        'X-RateLimit-Reset': 1900000000 }).end(problem('No', 'some_code', 'per_page'));
    });
    const { error } = await failed(client(origin.url, { maxRetries: 0 }).listPage());
    assert.ok(error instanceof kind && error instanceof dc.DataConnectorsError && error instanceof Error);
    assert.equal(error.name, kind.name);
    assert.equal(error.code, code);
    assert.equal(error.httpStatus, status);
    assert.equal(error.attempts, 1);
    assert.deepEqual(error.rateLimit, { limit: 10, remaining: 0, reset: 1900000000 });
    if (status !== 302) {
      assert.deepEqual([error.apiCode, error.apiField, error.requestId], ['some_code', 'per_page', 'req-1']);
      assert.match(inspect(error), /requestId: 'req-1'/);
      assert.match(error.message, / \(request id req-1\)$/);
    }
    if (status === 429)
      assert.equal(error.retryAfterMs, 7000);
  });

test('without a response the details are null, and the stack contains the caller', async () => {
  async function theCaller() {
    for await (const row of client('http://127.0.0.1:1', { maxRetries: 0 }).list())
      assert.fail(row);
  }
  const { error } = await failed(theCaller());
  assert.ok(error instanceof dc.ConnectionError);
  assert.deepEqual([error.httpStatus, error.apiCode, error.apiField, error.requestId, error.retryAfterMs],
    Array(5).fill(null));
  assert.deepEqual(error.rateLimit, { limit: null, remaining: null, reset: null });
  assert.match(error.stack, /theCaller/);
});

test('TimeoutError, TooLargeError and TlsError', async () => {
  const slow = await server(() => {});
  const large = await server((_, response) => response.end(JSON.stringify({ data: ['x'.repeat(2000)] })));
  const kinds = [[slow.url, { timeoutMs: 50 }, dc.TimeoutError],
    [large.url, { maxResponseBytes: 1024 }, dc.TooLargeError], [large.url.replace('http:', 'https:'), {}, dc.TlsError]];
  for (const [url, options, kind] of kinds)
    assert.ok((await failed(client(url, { maxRetries: 0, ...options }).listPage())).error instanceof kind);
});

test('a response that is too long for a string is a TooLargeError', () => {
  const { toPage } = createRequire(import.meta.url)('../lib/page.js');
  const page = { rows: '{"id":[],"json_start":[]}', nextCursor: null, hasNext: false, requestId: 'req-1',
    rateLimit: { limit: 10 }, json: '{}' };
  assert.equal(toPage(page).json, '{}');
  for (const name of ['rows', 'json'])
    assert.throws(() => toPage({ ...page, [name]: undefined }), (error) => {
      assert.ok(error instanceof dc.TooLargeError);
      assert.deepEqual([error.code, error.requestId, error.rateLimit.limit], ['DC_ERR_TOO_LARGE', 'req-1', 10]);
      return true;
    });
});

test('programs can create errors for their tests', () => {
  const error = new dc.RateLimitError('slow down', { httpStatus: 429, retryAfterMs: 5 });
  assert.deepEqual([error.code, error.httpStatus, error.retryAfterMs, error.requestId, error.attempts],
    ['DC_ERR_RATE_LIMITED', 429, 5, null, 0]);
  assert.equal(new dc.InvalidArgumentError('no').code, 'DC_ERR_INVALID_ARGUMENT');
});

test('no output contains the access token or the proxy password', async () => {
  const echo = await server((request, response) =>
    response.writeHead(401).end(problem(`The token ${request.headers.authorization} is wrong`, TOKEN)));
  const proxied = new dc.Client({ token: TOKEN, proxy: `http://user:${TOKEN}@127.0.0.1:1`, maxRetries: 0 });
  const one = client(echo.url);
  const everything = one.list();
  const errors = [(await failed(one.listPage())).error, (await failed(proxied.listPage())).error];
  for (const options of [{ token: `${TOKEN} x` }, { token: TOKEN, proxy: `ftp://u:${TOKEN}@h` }, { token: [TOKEN] }])
    assert.throws(() => new dc.Client(options), (error) => errors.push(error) > 0);
  for (const value of [one, proxied, everything, everything.pages(), ...errors])
    for (const text of [inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value), String(value),
      value.stack ?? '', JSON.stringify(Object.getOwnPropertyDescriptors(value))])
      assert.ok(!text.includes(TOKEN), text);
  assert.match(errors[0].message, /\[token\]/);
});
