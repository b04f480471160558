// Uses all types; package.test.mjs compiles it with tsc --strict, as both kinds of modules.
import { Client, DataConnectorsError, RateLimitError, Snapshot, libraryVersion, setMaxConcurrentCalls }
  from 'data-connectors';
import type { ClientOptions, Connector, ConnectorList, ListOptions, Page, PageIterator, RateLimit, SnapshotDiff,
  SnapshotOptions } from 'data-connectors';

const options: ClientOptions = { token: 'x', region: 'eu', timeoutMs: 5000, proxy: null, waitForRateLimit: true,
  options: { max_retries: '1' }, logger: console, logLevel: 'debug' };
const client = new Client(options);
setMaxConcurrentCalls(32);

async function use(signal: AbortSignal): Promise<string> {
  const page: Page = await client.listPage({ perPage: 50, startingAfter: null, signal });
  const limit: RateLimit = page.rateLimit;
  const listOptions: ListOptions = { prefetch: true, signal: AbortSignal.timeout(1000) };
  const everything: ConnectorList = client.list(listOptions);
  const names: (string | null)[] = [];
  for await (const connector of everything) {
    const one: Connector = connector;
    names.push(one.name);
    // @ts-expect-error: connectors are frozen
    one.name = 'x';
    if (one.createdAtMs !== null)
      names.push(new Date(one.createdAtMs).toISOString());
  }
  const pages: PageIterator = client.list().pages();
  for await (const { connectors, nextCursor } of pages)
    names.push(connectors[0]?.id ?? nextCursor, pages.cursor);
  {
    await using scoped = client.list().pages();
    await using rows = client.list()[Symbol.asyncIterator]();
    // @ts-expect-error: only an iterator over pages has a cursor
    names.push(scoped.cursor, rows.cursor);
  }
  {
    const snapshotOptions: SnapshotOptions = { previous: null, overlapMs: 60_000, maxPasses: 20, timeoutMs: 5, signal };
    using old = await client.snapshot(snapshotOptions);
    const loaded: Snapshot = Snapshot.load(old.json);
    const { added, changed, removed }: SnapshotDiff = (await client.snapshot({ previous: loaded })).diff(old);
    names.push(old.state, old.reason, ...old.connectors.map((row) => row.name), ...(changed[0]?.fields ?? []));
    console.log(old.isComplete, old.asOfMs && new Date(old.asOfMs), added, removed?.length, changed[0]?.new.name);
    // @ts-expect-error: use Client.snapshot or Snapshot.load
    new Snapshot();
    // @ts-expect-error: the options are objects
    client.snapshot(loaded);
    loaded.close();
  }
  const step = await client.list()[Symbol.asyncIterator]().next();
  if (!step.done)
    names.push(step.value.state);
  await client.shutdown();
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

const created: RateLimitError = new RateLimitError('slow down', { httpStatus: 429, retryAfterMs: 5 });
console.log(created.message, client.closed);
{
  using scoped = new Client({ token: 'x' });
  scoped.list();
}
client.close().then(() => {});

// @ts-expect-error: a token is required
new Client({});
// @ts-expect-error: an unknown option
new Client({ token: 'x', timeout: 5 });
// @ts-expect-error: an unknown level
new Client({ token: 'x', logger: console, logLevel: 'trace' });
// @ts-expect-error: an unknown option
client.listPage({ page: 1 });
