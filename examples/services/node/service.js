// Serves the data connectors of a workspace over HTTP, page by page.
//
//   GET /connectors   NDJSON, a line per connector; after the first page an error is a last line {"error":{…}}
//   GET /health       {"status":"ok","calls":1}: the number of requests for connectors in progress
//
//   npm install && node service.js [--base-url URL] [--listen HOST:PORT] [--per-page N]
//
// The environment variable INTERCOM_ACCESS_TOKEN contains the access token. The first line of output is the address.
// On SIGTERM and Ctrl-C it cancels all calls and exits within a second. The exit status is 2 for invalid options.
import { once } from 'node:events';
import http from 'node:http';
import { parseArgs } from 'node:util';
import * as dc from 'data-connectors';

// Reports invalid options in one line at the start, not to the first caller.
function configure() {
  try {
    const { values: options } = parseArgs({
      options: {
        'base-url': { type: 'string' }, // such as a sandbox's; default: region us
        listen: { type: 'string', default: '127.0.0.1:0' },
        'per-page': { type: 'string', default: '50' },
      },
    });
    const [, host, port] = /^(.*):(\d+)$/.exec(options.listen) ?? [];
    if (!(port < 65536))
      throw new dc.InvalidArgumentError(`invalid --listen ${options.listen}: use HOST:PORT`);
    const client = new dc.Client({
      token: process.env.INTERCOM_ACCESS_TOKEN,
      baseUrl: options['base-url'],
      userAgentSuffix: 'service-node/1.0',
    });
    const perPage = Number(options['per-page'] || NaN);
    client.list({ perPage }); // sends nothing
    return { client, perPage, host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  } catch (error) {
    if (!(error instanceof dc.InvalidArgumentError) && !error.code?.startsWith('ERR_PARSE_ARGS'))
      throw error;
    console.error(error.message.split('\n')[0]);
    process.exit(2);
  }
}

const WRITE_TIMEOUT_MS = 30_000; // for a caller to receive a page
const SHUTDOWN_TIMEOUT_MS = 500; // for callers to receive the last line

const { client, perPage, host, port } = configure();
const shutdown = new AbortController();
let calls = 0;

function statusOf(error) {
  if (error instanceof dc.RateLimitError)
    return 429;
  if (error instanceof dc.TimeoutError)
    return 504;
  if (error instanceof dc.ConnectionError || error instanceof dc.SystemError || shutdown.signal.aborted)
    return 503;
  return error instanceof dc.DataConnectorsError && !(error instanceof dc.InvalidArgumentError) ? 502 : 500;
}

function toJson(error) {
  if (shutdown.signal.aborted)
    return { error: { message: 'the service is shutting down' } };
  const { message, code, httpStatus, requestId } = error;
  return { error: { message, status: code, http_status: httpStatus ?? undefined, request_id: requestId ?? undefined } };
}

function respond(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

// Before the first page an error has its own HTTP status.
function respondWithError(response, error) {
  if (error.retryAfterMs != null)
    response.setHeader('Retry-After', Math.ceil(error.retryAfterMs / 1000));
  respond(response, statusOf(error), toJson(error));
}

// Writes the rows with all fields that the service sent, and waits until the socket accepts more.
async function write(response, page, signal) {
  const rows = JSON.parse(page.json).data;
  if (rows.length > 0 && !response.write(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`)) {
    response.setTimeout(WRITE_TIMEOUT_MS); // only here: a call to Intercom may take longer
    await once(response, 'drain', { signal });
    response.setTimeout(0);
  }
}

async function connectors(response) {
  // A caller that disconnects, and the shutdown, cancel the call to Intercom.
  const cancellation = new AbortController();
  const cancel = () => cancellation.abort();
  response.once('close', cancel);
  shutdown.signal.addEventListener('abort', cancel);
  response.once('timeout', () => response.destroy());
  calls++;
  try {
    for await (const page of client.list({ perPage, signal: cancellation.signal }).pages()) {
      if (!response.headersSent)
        response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      await write(response, page, cancellation.signal);
    }
    response.setTimeout(WRITE_TIMEOUT_MS).end();
  } catch (error) {
    if (response.destroyed)
      return; // the caller has disconnected
    response.setTimeout(WRITE_TIMEOUT_MS);
    if (response.headersSent)
      response.end(`${JSON.stringify(toJson(error))}\n`);
    else
      respondWithError(response, error);
  } finally {
    calls--;
    shutdown.signal.removeEventListener('abort', cancel);
  }
}

const routes = {
  '/connectors': connectors,
  '/health': (response) => respond(response, 200, { status: 'ok', calls }),
};

const server = http.createServer((request, response) => {
  const route = routes[request.url.split('?')[0]];
  if (!route)
    respond(response, 404, { error: { message: 'use /connectors or /health' } });
  else if (request.method !== 'GET')
    respond(response.setHeader('Allow', 'GET'), 405, { error: { message: 'use GET' } });
  else
    route(response);
});

function stop() {
  server.close();
  shutdown.abort();
  client.shutdown();
  server.closeIdleConnections();
  // Disconnects callers that do not read.
  setTimeout(() => server.closeAllConnections(), SHUTDOWN_TIMEOUT_MS).unref();
}

server.once('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

server.listen(port, host, () => {
  const { address, port: bound, family } = server.address();
  console.log(`http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`);
});
