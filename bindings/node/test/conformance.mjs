// Runs the cases of tests/conformance, and prints the result of each.
import { readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';
import { Client, ClosedError, DataConnectorsError, Snapshot } from '../lib/index.js';

const FIELDS = ['name', 'settings', 'options', 'call', 'per_page', 'starting_after', 'prefetch', 'stop_after', 'then',
  'cancel_after_ms', 'shutdown_after_ms', 'closed', 'callers', 'overlap_ms', 'max_passes', 'snapshot_timeout_ms',
  'stored', 'expect'];

class Mismatch extends Error {}

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const print = (line) => writeSync(1, `${line}\n`); // at once: a crash loses nothing
const printVisible = (text) => text.split('\n').forEach((line) => print(`# ${line}`));

function check(what, actual, expected) {
  if (!isDeepStrictEqual(actual, expected))
    throw new Mismatch(`${what} is ${inspect(actual)}, expected ${inspect(expected)}`);
}

function addPage(page, result) {
  result.pages.push(page);
  result.rows.push(...page.connectors);
}

async function addPages(pages, result, limit) {
  let count = 0;
  for (let step; !(step = await pages.next()).done;) {
    addPage(step.value, result);
    if (++count === limit)
      return;
  }
}

async function iteratePages(it, client, options, result) {
  const pages = client.list(options).pages();
  try {
    await addPages(pages, result, it.stop_after);
  } catch (error) {
    if (it.then !== 'continue')
      throw error;
    result.error = error;
    await addPages(pages, result);
  }
  if (it.then === 'resume')
    await addPages(client.list({ ...options, startingAfter: pages.cursor }).pages(), result);
  await pages.return();
}

async function takeSnapshot(it, client, options, result) {
  const first = it.call === 'load' ? Snapshot.load(it.stored) : await client.snapshot(options);
  let snapshot = first;
  if (it.then === 'store')
    snapshot = Snapshot.load(first.json);
  else if (it.then === 'refresh')
    snapshot = await client.snapshot({ ...options, previous: first });
  else if (it.then === 'again')
    snapshot = await client.snapshot(options);
  else if (it.then)
    throw new Mismatch(`unknown then: ${it.then}`);
  printVisible(inspect(snapshot, { showHidden: true }));
  Object.assign(result, { snapshot, diff: snapshot.diff(first), rows: snapshot.connectors });
}

async function perform(it, client, options, result) {
  if (it.call === 'page') {
    addPage(await client.listPage(options), result);
  } else if (it.call === 'pages') {
    await iteratePages(it, client, options, result);
  } else if (it.call === 'connectors') {
    for await (const connector of client.list(options))
      if (result.rows.push(connector) === it.stop_after)
        break;
  } else if (it.call === 'snapshot' || it.call === 'load') {
    await takeSnapshot(it, client, options, result);
  } else if (it.call !== 'client') {
    throw new Mismatch(`unknown call ${it.call}`);
  }
}

async function call(it, client) {
  const result = { rows: [], pages: [], error: null, ms: 0 };
  const controller = new AbortController();
  const timers = new AbortController();
  const options = { signal: controller.signal };
  for (const name of ['per_page', 'starting_after', 'prefetch', 'overlap_ms', 'max_passes', 'snapshot_timeout_ms'])
    if (name in it)
      options[camel(name.replace('snapshot_', ''))] = it[name];
  for (const [after, cancel] of [['cancel_after_ms', () => controller.abort()],
    ['shutdown_after_ms', () => client.shutdown()]])
    if (it[after] === 0)
      cancel();
    else if (after in it)
      sleep(it[after], null, timers).then(cancel, () => {});
  const started = performance.now();
  try {
    await perform(it, client, options, result);
  } catch (error) {
    // A call that a signal cancels rejects with the signal's reason, as fetch does: DC_ERR_CANCELLED in C.
    result.error = error === controller.signal.reason
      ? Object.assign(new DataConnectorsError(error.message, { code: 'DC_ERR_CANCELLED' }), { cause: error }) : error;
    if (!(result.error instanceof DataConnectorsError))
      throw error;
  }
  result.ms = performance.now() - started;
  timers.abort();
  return result;
}

const rateLimitOf = (object, name) =>
  object.rateLimit[{ rate_limit: 'limit', rate_limit_remaining: 'remaining', rate_limit_reset: 'reset' }[name]];

function verifyError(error, expected) {
  if (!expected || !error) {
    check('the error', error, expected ?? null);
    return;
  }
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'status')
      check('the status', error instanceof ClosedError && /closed/.test(error.message) ? 'closed' : error.code, value);
    else if (name === 'message')
      checkParts('message', error.message, value);
    else if (name.startsWith('rate_limit'))
      check(name, rateLimitOf(error, name), value);
    else if (['http_status', 'api_code', 'api_field', 'request_id', 'retry_after_ms', 'attempts'].includes(name))
      check(name, error[camel(name)], value);
    else
      throw new Mismatch(`unknown field expect.error.${name}`);
  }
}

function verifyRows(rows, expected) {
  check('the number of rows', rows.length, expected.length);
  expected.forEach((fields, index) => {
    for (const [name, value] of Object.entries(fields))
      check(`${name} of row ${index}`, rows[index][camel(name)], value);
  });
}

function verifyDiff({ added, changed, removed }, expected) {
  const ids = (rows) => rows && rows.map((row) => row.id);
  for (const { id, old, new: now } of changed)
    check(`whether changed has the rows of ${id}`, [old.id, now.id, isDeepStrictEqual(old, now)], [id, id, false]);
  const actual = { added: ids(added), removed: ids(removed),
    changed: Object.fromEntries(changed.map(({ id, fields }) => [id, fields])) };
  for (const [name, value] of Object.entries(expected)) {
    if (!(name in actual))
      throw new Mismatch(`unknown field expect.diff.${name}`);
    check(name, actual[name], value);
  }
}

function checkParts(what, text, parts) {
  for (const part of parts)
    check(`whether the ${what} ${inspect(text)} contains ${inspect(part)}`, text?.includes(part), true);
}

function verify(it, result) {
  if (result.error)
    printVisible(`${inspect(result.error)}\n${result.error}\n${JSON.stringify(result.error)}`);
  const { error, min_ms: least = 0, max_ms: most = 10_000, ...expected } = it.expect;
  verifyError(result.error, error);
  if (result.ms < least || result.ms > most)
    throw new Mismatch(`took ${Math.round(result.ms)} ms, expected ${least} to ${most}`);
  const last = result.pages.at(-1);
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'rows')
      verifyRows(result.rows, value);
    else if (name === 'ids')
      check('ids', result.rows.map((row) => row.id), value);
    else if (name === 'state')
      check(name, [result.snapshot.state, result.snapshot.isComplete], [value, value === 'complete']);
    else if (name === 'as_of_ms')
      check(name, result.snapshot.asOfMs, value);
    else if (name === 'reason' && value === null)
      check(name, result.snapshot.reason, null);
    else if (name === 'reason')
      checkParts(name, result.snapshot.reason, value);
    else if (name === 'stored_contains')
      checkParts('stored form', result.snapshot.json, value);
    else if (name === 'diff')
      verifyDiff(result.diff, value);
    else if (name === 'pages')
      check('pages', result.pages.length, value);
    else if (name === 'next_cursor' || name === 'request_id')
      check(name, last[camel(name)], value);
    else if (name.startsWith('rate_limit'))
      check(name, rateLimitOf(last, name), value);
    else
      throw new Mismatch(`unknown field expect.${name}`);
  }
}

function createClient(it) {
  const named = Object.entries(it.settings).map(([name, value]) => [camel(name), value]);
  return new Client({ ...Object.fromEntries(named), options: it.options });
}

async function run(it) {
  const unknown = Object.keys(it).find((name) => !FIELDS.includes(name));
  if (unknown)
    throw new Mismatch(`unknown field ${unknown}`);
  let client;
  try {
    client = createClient(it);
  } catch (error) {
    if (!(error instanceof DataConnectorsError))
      throw error;
    verify(it, { rows: [], pages: [], error, ms: 0 });
    return;
  }
  printVisible(inspect(client, { showHidden: true, depth: 9 }) + JSON.stringify(client));
  if (it.closed)
    await client.close();
  try {
    const callers = Array.from({ length: it.callers ?? 1 }, () => call(it, client));
    for (const result of await Promise.all(callers))
      verify(it, result);
  } finally {
    await client.shutdown();
  }
}

for (const it of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  try {
    await run(it);
    print(`ok ${it.name}`);
  } catch (error) {
    const reason = error instanceof Mismatch ? error.message : inspect(error);
    print(`not ok ${it.name}: ${reason.replace(/\s+/g, ' ')}`);
  }
}
