// Uses all of the types; test/package.test.mjs compiles it under tsc --strict, as both kinds of modules.
import { Client, DataConnectorsError, RateLimitError, libraryVersion, setMaxConcurrentCalls } from 'data-connectors';
import type { Connector, ConnectorList, Page, PageWalk, RateLimit, Settings, WalkOptions } from 'data-connectors';

const settings: Settings = { token: 'x', region: 'eu', timeoutMs: 5000, proxy: null, waitForRateLimit: true,
  options: { max_retries: '1' } };
const client = new Client(settings);
setMaxConcurrentCalls(32);

async function use(signal: AbortSignal): Promise<string> {
  const page: Page = await client.listPage({ perPage: 50, startingAfter: null, signal });
  const limit: RateLimit = page.rateLimit;
  const options: WalkOptions = { prefetch: true, signal: AbortSignal.timeout(1000) };
  const everything: ConnectorList = client.list(options);
  const names: (string | null)[] = [];
  for await (const connector of everything) {
    const one: Connector = connector;
    names.push(one.name);
    // @ts-expect-error: connectors don't change
    one.name = 'x';
    if (one.createdAtMs !== null)
      names.push(new Date(one.createdAtMs).toISOString());
  }
  const walk: PageWalk = client.list().pages();
  for await (const { connectors, nextCursor } of walk)
    names.push(connectors[0]?.id ?? nextCursor, walk.cursor);
  {
    await using scoped = client.list().pages();
    await using rows = client.list()[Symbol.asyncIterator]();
    // @ts-expect-error: only a walk over pages has one
    names.push(scoped.cursor, rows.cursor);
  }
  const step = await client.list()[Symbol.asyncIterator]().next();
  if (!step.done)
    names.push(step.value.state);
  return `${names.join()} ${limit.remaining ?? 'unknown'} ${libraryVersion}`;
}

try {
  use(new AbortController().signal).catch(() => {});
} catch (error) {
  if (error instanceof RateLimitError) {
    const wait: number | null = error.retryAfterMs;
    console.log(wait, error.code, error.rateLimit.reset);
  } else if (error instanceof DataConnectorsError) {
    console.log(error.httpStatus, error.requestId?.length, error.attempts);
  }
}

const made: RateLimitError = new RateLimitError('slow down', { httpStatus: 429, retryAfterMs: 5 });
console.log(made.message, client.closed);
{
  using scoped = new Client({ token: 'x' });
  scoped.list();
}
client.close();

// @ts-expect-error: a token is needed
new Client({});
// @ts-expect-error: there is no such setting
new Client({ token: 'x', timeout: 5 });
// @ts-expect-error: there is no such option
client.listPage({ page: 1 });
