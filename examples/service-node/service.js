// Gives a workspace's data connectors over HTTP, as they come: one line of JSON each, page by page.
//
//   GET /connectors   NDJSON; a failure after the first page is a last line {"error":{…}}
//   GET /health       {"status":"ok","calls":1}, with the requests for connectors that are under way
//
//   npm install && node service.js [--base-url URL] [--listen HOST:PORT] [--per-page N]
//
// The token is in the environment variable INTERCOM_ACCESS_TOKEN. The first line of output is the address. SIGTERM and
// Ctrl-C end it within a second, and the calls under way with it. It ends with 2 if a setting is refused.
import { once } from 'node:events';
import http from 'node:http';
import { parseArgs } from 'node:util';
import * as dc from 'data-connectors';

// Reads the settings. What is wrong with them is one line, now and not for the first caller.
function begin() {
  try {
    const { values: options } = parseArgs({
      options: {
        'base-url': { type: 'string' }, // where Intercom is, such as a sandbox; by default the region us
        listen: { type: 'string', default: '127.0.0.1:0' },
        'per-page': { type: 'string', default: '50' },
      },
    });
    const [, host, port] = /^(.*):(\d+)$/.exec(options.listen) ?? [];
    if (!(port < 65536))
      throw new dc.InvalidArgumentError(`--listen is ${options.listen}: use HOST:PORT`);
    const client = new dc.Client({
      token: process.env.INTERCOM_ACCESS_TOKEN ?? '',
      baseUrl: options['base-url'],
      userAgentSuffix: 'service-node/1.0',
    });
    const perPage = Number(options['per-page'] || NaN);
    client.list({ perPage }); // asks for nothing yet
    return { client, perPage, host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  } catch (error) {
    if (!(error instanceof dc.InvalidArgumentError) && !error.code?.startsWith('ERR_PARSE_ARGS'))
      throw error;
    console.error(error.message.split('\n')[0]);
    process.exit(2);
  }
}

// How long somebody may take to read, once the service is to end; and a page, before it is.
const LAST_MS = 500;
const WRITE_MS = 30_000;

const { client, perPage, host, port } = begin();
const ending = new AbortController();
let calls = 0;

// The status for a failure: whose it is, and whether another try may help.
function statusOf(error) {
  if (error instanceof dc.RateLimitError)
    return 429;
  if (error instanceof dc.TimeoutError)
    return 504;
  if (error instanceof dc.ConnectionError || error instanceof dc.SystemError || ending.signal.aborted)
    return 503;
  return error instanceof dc.DataConnectorsError && !(error instanceof dc.InvalidArgumentError) ? 502 : 500;
}

function problem(error) {
  if (ending.signal.aborted)
    return { error: { message: 'the service is ending' } };
  const { message, code, httpStatus, requestId } = error;
  return { error: { message, status: code, http_status: httpStatus ?? undefined, request_id: requestId ?? undefined } };
}

function answer(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

// For a failure before the first page.
function refuse(response, error) {
  if (error.retryAfterMs != null)
    response.setHeader('Retry-After', Math.ceil(error.retryAfterMs / 1000));
  answer(response, statusOf(error), problem(error));
}

// Writes the rows as the service sent them, and waits until they are on their way.
async function write(response, page, signal) {
  const rows = JSON.parse(page.json).data;
  if (rows.length > 0 && !response.write(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`)) {
    response.setTimeout(WRITE_MS); // not while Intercom is waited for, which may take longer
    await once(response, 'drain', { signal });
    response.setTimeout(0);
  }
}

async function connectors(response) {
  // The caller's leaving, and the end of the service, end the call to Intercom.
  const over = new AbortController();
  const abort = () => over.abort();
  response.once('close', abort);
  ending.signal.addEventListener('abort', abort);
  response.once('timeout', () => response.destroy());
  calls++;
  try {
    for await (const page of client.list({ perPage, signal: over.signal }).pages()) {
      if (!response.headersSent)
        response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      await write(response, page, over.signal);
    }
    response.setTimeout(WRITE_MS).end();
  } catch (error) {
    if (response.destroyed)
      return; // the caller has left
    response.setTimeout(WRITE_MS);
    if (response.headersSent)
      response.end(`${JSON.stringify(problem(error))}\n`);
    else
      refuse(response, error);
  } finally {
    calls--;
    ending.signal.removeEventListener('abort', abort);
  }
}

const routes = {
  '/connectors': connectors,
  '/health': (response) => answer(response, 200, { status: 'ok', calls }),
};

const server = http.createServer((request, response) => {
  const route = routes[request.url.split('?')[0]];
  if (!route)
    answer(response, 404, { error: { message: 'there are /connectors and /health' } });
  else if (request.method !== 'GET')
    answer(response.setHeader('Allow', 'GET'), 405, { error: { message: 'use GET' } });
  else
    route(response);
});

function end() {
  server.close();
  ending.abort();
  client.close();
  server.closeIdleConnections();
  // Those that don't read.
  setTimeout(() => server.closeAllConnections(), LAST_MS).unref();
}

server.once('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
process.once('SIGTERM', end);
process.once('SIGINT', end);

server.listen(port, host, () => {
  const { address, port: bound, family } = server.address();
  console.log(`http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`);
});
