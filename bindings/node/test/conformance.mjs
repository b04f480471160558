// Performs the cases of tests/conformance, and says of each what became of it.
import { readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';
import { Client, ClosedError, DataConnectorsError } from '../lib/index.mjs';

const FIELDS = ['name', 'settings', 'call', 'per_page', 'starting_after', 'prefetch', 'stop_after', 'then',
  'cancel_after_ms', 'shutdown_after_ms', 'closed', 'callers', 'expect', 'options'];
const SETTINGS = ['token', 'region', 'base_url', 'allow_insecure_http', 'api_version', 'user_agent_suffix',
  'timeout_ms', 'connect_timeout_ms', 'max_retries', 'max_response_bytes', 'proxy', 'no_proxy', 'ca_file',
  'system_roots', 'wait_for_rate_limit'];

class Unexpected extends Error {}

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
// Written at once: a crash loses nothing.
const print = (line) => writeSync(1, `${line}\n`);
const say = (text) => text.split('\n').forEach((line) => print(`# ${line}`));

function check(what, got, expected) {
  if (!isDeepStrictEqual(got, expected))
    throw new Unexpected(`${what} is ${inspect(got)}, and not ${inspect(expected)}`);
}

function take(page, outcome) {
  outcome.pages.push(page);
  outcome.rows.push(...page.connectors);
}

async function takePages(walk, outcome, most) {
  let taken = 0;
  for (let step; !(step = await walk.next()).done;) {
    take(step.value, outcome);
    if (++taken === most)
      return;
  }
}

async function walkPages(it, client, options, outcome) {
  const walk = client.list(options).pages();
  try {
    await takePages(walk, outcome, it.stop_after);
  } catch (error) {
    if (it.then !== 'go_on')
      throw error;
    outcome.error = error;
    await takePages(walk, outcome);
  }
  if (it.then === 'resume')
    await takePages(client.list({ ...options, startingAfter: walk.cursor }).pages(), outcome);
  await walk.return();
}

async function perform(it, client, options, outcome) {
  if (it.call === 'page') {
    take(await client.listPage(options), outcome);
  } else if (it.call === 'pages') {
    await walkPages(it, client, options, outcome);
  } else if (it.call === 'connectors') {
    for await (const connector of client.list(options))
      if (outcome.rows.push(connector) === it.stop_after)
        break;
  } else if (it.call !== 'client') {
    throw new Unexpected(`this runner doesn't know the call ${it.call}`);
  }
}

async function call(it, client) {
  const outcome = { rows: [], pages: [], error: null, ms: 0 };
  const controller = new AbortController();
  const timers = new AbortController();
  const options = { signal: controller.signal };
  for (const name of ['per_page', 'starting_after', 'prefetch'])
    if (name in it)
      options[camel(name)] = it[name];
  for (const [after, end] of [['cancel_after_ms', () => controller.abort()],
    ['shutdown_after_ms', () => client.close()]])
    if (it[after] === 0)
      end();
    else if (after in it)
      sleep(it[after], null, timers).then(end, () => {});
  const started = performance.now();
  try {
    await perform(it, client, options, outcome);
  } catch (error) {
    // A call that a signal ended rejects with the signal's reason, as fetch does: what C calls DC_ERR_CANCELLED.
    outcome.error = error === controller.signal.reason
      ? Object.assign(new DataConnectorsError(error.message, { code: 'DC_ERR_CANCELLED' }), { cause: error }) : error;
    if (!(outcome.error instanceof DataConnectorsError))
      throw error;
  }
  outcome.ms = performance.now() - started;
  timers.abort();
  return outcome;
}

function judgeError(error, expected) {
  if (!expected || !error) {
    check('the error', error, expected ?? null);
    return;
  }
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'status')
      check('the status', error instanceof ClosedError && /closed/.test(error.message) ? 'closed' : error.code, value);
    else if (name === 'says')
      for (const part of value)
        check(`whether ${inspect(error.message)} has ${inspect(part)}`, error.message.includes(part), true);
    else if (name.startsWith('rate_limit'))
      check(name, limitOf(error, name), value);
    else if (['http_status', 'api_code', 'api_field', 'request_id', 'retry_after_ms', 'attempts'].includes(name))
      check(name, error[camel(name)], value);
    else
      throw new Unexpected(`this runner doesn't know expect.error.${name}`);
  }
}

const limitOf = (told, name) =>
  told.rateLimit[{ rate_limit: 'limit', rate_limit_remaining: 'remaining', rate_limit_reset: 'reset' }[name]];

function judgeRows(rows, expected) {
  check('the number of rows', rows.length, expected.length);
  expected.forEach((wanted, index) => {
    for (const [name, value] of Object.entries(wanted))
      check(`${name} of row ${index}`, rows[index][camel(name)], value);
  });
}

function judge(it, outcome) {
  if (outcome.error)
    say(`${inspect(outcome.error)}\n${outcome.error}\n${JSON.stringify(outcome.error)}`);
  const { error, least_ms: least = 0, most_ms: most = 10_000, ...expected } = it.expect;
  judgeError(outcome.error, error);
  if (outcome.ms < least || outcome.ms > most)
    throw new Unexpected(`it took ${Math.round(outcome.ms)} ms, and not ${least} to ${most}`);
  const last = outcome.pages.at(-1);
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'rows')
      judgeRows(outcome.rows, value);
    else if (name === 'ids')
      check('ids', outcome.rows.map((row) => row.id), value);
    else if (name === 'pages')
      check('pages', outcome.pages.length, value);
    else if (name === 'next_cursor' || name === 'request_id')
      check(name, last[camel(name)], value);
    else if (name.startsWith('rate_limit'))
      check(name, limitOf(last, name), value);
    else
      throw new Unexpected(`this runner doesn't know expect.${name}`);
  }
}

function settingsOf(it) {
  const settings = Object.entries(it.settings).map(([name, value]) => [camel(name), value]);
  return { ...Object.fromEntries(settings), options: it.options };
}

async function run(it) {
  for (const [known, given] of [[FIELDS, it], [SETTINGS, it.settings]])
    for (const name of Object.keys(given))
      if (!known.includes(name))
        throw new Unexpected(`this runner doesn't know ${name}`);
  let client;
  try {
    client = new Client(settingsOf(it));
  } catch (error) {
    if (!(error instanceof DataConnectorsError))
      throw error;
    judge(it, { rows: [], pages: [], error, ms: 0 });
    return;
  }
  say(inspect(client, { showHidden: true, depth: 9 }) + JSON.stringify(client));
  if (it.closed)
    client.close();
  try {
    const callers = Array.from({ length: it.callers ?? 1 }, () => call(it, client));
    for (const outcome of await Promise.all(callers))
      judge(it, outcome);
  } finally {
    client.close();
  }
}

for (const it of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  try {
    await run(it);
    print(`ok ${it.name}`);
  } catch (error) {
    const why = error instanceof Unexpected ? error.message : inspect(error);
    print(`not ok ${it.name}: ${why.replace(/\s+/g, ' ')}`);
  }
}
