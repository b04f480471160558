<?php

/** Runs the cases of tests/conformance and prints a result for each. */

declare(strict_types=1);

require __DIR__ . '/../src/DataConnectors.php';

use DataConnectors\Client;
use DataConnectors\Connector;
use DataConnectors\DataConnectorsException;
use DataConnectors\Page;
use DataConnectors\Pages;
use DataConnectors\Snapshot;

const FIELDS = ['name', 'settings', 'options', 'call', 'per_page', 'starting_after', 'prefetch', 'stop_after', 'then',
    'cancel_after_ms', 'shutdown_after_ms', 'closed', 'callers', 'overlap_ms', 'max_passes', 'snapshot_timeout_ms',
    'stored', 'expect'];

/** The outcome differs from what the case expects. */
final class Unexpected extends Exception
{
}

/** The result of a call. */
final class Outcome
{
    /** @var list<Connector> */
    public array $rows = [];
    /** @var list<Page> */
    public array $pages = [];
    public ?Throwable $error = null;
    public float $durationMs = 0.0;
    public ?Snapshot $snapshot = null;
    public ?array $diff = null;

    public function add(Page $page): void
    {
        $this->pages[] = $page;
        array_push($this->rows, ...$page->connectors);
    }
}

function run_case(array $case): void
{
    reject_unknown(array_diff(array_keys($case), FIELDS));
    try {
        $client = new Client(options($case));
    } catch (DataConnectorsException $error) {
        $outcome = new Outcome();
        $outcome->error = $error;
        check_outcome($case['expect'], $outcome);
        return;
    }
    print_text(print_r($client, true) . var_export($client, true) . json_encode($client));
    if ($case['closed'] ?? false) {
        $client->close();
    }
    if (isset($case['callers'])) {
        fork_callers($case, $client);
    } else {
        check_outcome($case['expect'], run_call($case, $client));
    }
    $client->close();
}

/** The access token has a shorter name in the cases. */
function options(array $case): array
{
    $options = ($case['options'] ?? []) + $case['settings'];
    $options += ['access_token' => $options['token'] ?? null];
    unset($options['token']);
    return $options;
}

/** Each caller is a process, which checks its outcome and sends the failure. */
function fork_callers(array $case, Client $client): void
{
    $pipes = [];
    for ($caller = 0; $caller < $case['callers']; $caller++) {
        [$ours, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        if (pcntl_fork() === 0) {
            try {
                check_outcome($case['expect'], run_call($case, $client));
                fwrite($theirs, 'ok');
            } catch (Throwable $failure) {
                fwrite($theirs, $failure->getMessage());
            }
            exit(0);
        }
        fclose($theirs);
        $pipes[] = $ours;
    }
    $results = array_map(stream_get_contents(...), $pipes);
    while (pcntl_wait($status) > 0) {
        same('exit status of a caller', $status, 0);
    }
    foreach ($results as $caller => $text) {
        same("caller $caller", $text, 'ok');
    }
}

function run_call(array $case, Client $client): Outcome
{
    $outcome = new Outcome();
    $started = hrtime(true);
    $passed = static fn (string $after): bool
        => isset($case[$after]) && (hrtime(true) - $started) / 1e6 >= $case[$after];
    $cancel = static function () use ($passed, $client): bool {
        if ($passed('shutdown_after_ms')) {
            $client->shutdown();
        }
        return $passed('cancel_after_ms');
    };
    try {
        perform($case, $client, $cancel, $outcome);
    } catch (DataConnectorsException | LogicException | TypeError $error) {
        $outcome->error = $error;
    }
    $outcome->durationMs = (hrtime(true) - $started) / 1e6;
    return $outcome;
}

function perform(array $case, Client $client, Closure $cancel, Outcome $outcome): void
{
    $arguments = ['cancel' => $cancel];
    $names = ['per_page' => 'perPage', 'starting_after' => 'startingAfter', 'prefetch' => 'prefetch',
        'overlap_ms' => 'overlapMs', 'max_passes' => 'maxPasses', 'snapshot_timeout_ms' => 'timeoutMs'];
    foreach ($names as $its => $own) {
        if (array_key_exists($its, $case)) {
            $arguments[$own] = $case[$its];
        }
    }
    if ($case['call'] === 'page') {
        $outcome->add($client->listPage(...$arguments));
    } elseif ($case['call'] === 'pages') {
        iterate_pages($case, $client, $arguments, $outcome);
    } elseif ($case['call'] === 'connectors') {
        reject_unknown(array_intersect(array_keys($case), ['then']));
        foreach ($client->list(...$arguments) as $connector) {
            $outcome->rows[] = $connector;
            if (count($outcome->rows) === ($case['stop_after'] ?? null)) {
                break;
            }
        }
    } elseif ($case['call'] === 'snapshot' || $case['call'] === 'load') {
        take_snapshot($case, $client, $arguments, $outcome);
    } elseif ($case['call'] !== 'client') {
        throw new Unexpected("unknown call {$case['call']}");
    }
}

function take_snapshot(array $case, Client $client, array $arguments, Outcome $outcome): void
{
    $first = $case['call'] === 'load' ? Snapshot::load($case['stored']) : $client->snapshot(...$arguments);
    $outcome->snapshot = match ($case['then'] ?? null) {
        null => $first,
        'store' => Snapshot::load($first->json()),
        'refresh' => $client->snapshot($first, ...$arguments),
        'again' => $client->snapshot(...$arguments),
    };
    print_text(print_r($outcome->snapshot, true));
    $outcome->rows = iterator_to_array($outcome->snapshot);
    $outcome->diff = $outcome->snapshot->diff($first);
}

function iterate_pages(array $case, Client $client, array $arguments, Outcome $outcome): void
{
    $then = $case['then'] ?? null;
    reject_unknown(array_diff([$then], [null, 'resume', 'continue']));
    $pages = $client->pages(...$arguments);
    try {
        receive($pages, $case['stop_after'] ?? null, $outcome);
    } catch (DataConnectorsException $error) {
        if ($then !== 'continue') {
            throw $error;
        }
        $outcome->error = $error;
        receive($pages, null, $outcome);
    }
    if ($then === 'resume') {
        receive($client->pages(...['startingAfter' => $pages->cursor()] + $arguments), null, $outcome);
    }
}

function receive(Pages $pages, ?int $limit, Outcome $outcome): void
{
    foreach ($pages as $index => $page) {
        $outcome->add($page);
        if ($index + 1 === $limit) {
            return;
        }
    }
}

function check_outcome(array $expected, Outcome $outcome): void
{
    if ($outcome->error !== null) {
        print_text((string) $outcome->error);
        print_text(print_r($outcome->error, true));
    }
    // An unexpected error is reported first.
    $expected = ['error' => $expected['error'] ?? null] + $expected + ['min_ms' => 0, 'max_ms' => 10000];
    $last = end($outcome->pages) ?: null;
    foreach ($expected as $name => $value) {
        match ($name) {
            'error' => check_error($outcome->error, $value),
            'min_ms' => holds("took $outcome->durationMs ms, not at least $value", $outcome->durationMs >= $value),
            'max_ms' => holds("took $outcome->durationMs ms, not at most $value", $outcome->durationMs <= $value),
            'rows' => check_rows($outcome->rows, $value),
            'ids' => same('ids', array_map(static fn (Connector $row): ?string => $row->id, $outcome->rows), $value),
            'pages' => same('pages', count($outcome->pages), $value),
            'next_cursor', 'request_id', 'rate_limit', 'rate_limit_remaining', 'rate_limit_reset'
                => same($name, field($last, $name), $value),
            'state' => same($name, [$outcome->snapshot->state, $outcome->snapshot->isComplete],
                [$value, $value === 'complete']),
            'as_of_ms' => same($name, $outcome->snapshot->asOfMs, $value),
            'reason' => $value === null ? same($name, $outcome->snapshot->reason, null)
                : check_parts($name, $outcome->snapshot->reason ?? '', $value),
            'stored_contains' => check_parts('stored form', $outcome->snapshot->json(), $value),
            'diff' => check_diff($outcome->diff, $value),
            default => reject_unknown(["expect.$name"]),
        };
    }
}

function check_diff(array $diff, array $expected): void
{
    $changed = [];
    foreach ($diff['changed'] as ['id' => $id, 'fields' => $fields, 'old' => $old, 'new' => $new]) {
        holds("changed has other rows for $id", [$old['id'], $new['id'], $old === $new] === [$id, $id, false]);
        $changed[$id] = $fields;
    }
    $ids = static fn (?array $rows): ?array => $rows === null ? null : array_column($rows, 'id');
    $actual = ['added' => $ids($diff['added']), 'changed' => $changed, 'removed' => $ids($diff['removed'])];
    foreach ($expected as $name => $value) {
        holds("unknown field expect.diff.$name", array_key_exists($name, $actual));
        same($name, $actual[$name], $value);
    }
}

function check_parts(string $name, string $text, array $parts): void
{
    foreach ($parts as $part) {
        holds("the $name \"$text\" lacks \"$part\"", str_contains($text, $part));
    }
}

function check_error(?Throwable $error, ?array $expected): void
{
    if ($error === null || $expected === null) {
        same('error', $error?->getMessage(), $expected);
        return;
    }
    foreach ($expected as $name => $value) {
        match ($name) {
            'status' => same('status of "' . $error->getMessage() . '"', status($error), $value),
            'message' => check_parts($name, $error->getMessage(), $value),
            'http_status', 'api_code', 'api_field', 'request_id', 'retry_after_ms', 'attempts', 'rate_limit',
            'rate_limit_remaining', 'rate_limit_reset' => same($name, field($error, $name), $value),
            default => reject_unknown(["expect.error.$name"]),
        };
    }
}

/** A closed client throws a \LogicException, an argument of another type PHP's \TypeError. */
function status(Throwable $error): string
{
    return match (true) {
        $error instanceof DataConnectorsException => $error->statusName,
        $error instanceof TypeError => 'DC_ERR_INVALID_ARGUMENT',
        default => str_contains($error->getMessage(), 'closed') ? 'closed' : get_class($error),
    };
}

function check_rows(array $rows, array $expected): void
{
    same('number of rows', count($rows), count($expected));
    foreach ($expected as $index => $fields) {
        // The package has the strings only.
        unset($fields['state_code'], $fields['http_method_code']);
        foreach ($fields as $name => $value) {
            same("$name of row $index", field($rows[$index], $name), $value);
        }
    }
}

/** Returns a property by its name in a case. */
function field(?object $object, string $name): mixed
{
    if (str_starts_with($name, 'rate_limit')) {
        return $object->rateLimit->{$name === 'rate_limit' ? 'limit' : substr($name, strlen('rate_limit_'))};
    }
    $property = lcfirst(str_replace('_', '', ucwords($name, '_')));
    holds("unknown field $name", property_exists($object, $property));
    return $object->$property;
}

function same(string $what, mixed $actual, mixed $expected): void
{
    holds("$what is " . json_encode($actual) . ', expected ' . json_encode($expected), $actual === $expected);
}

function holds(string $failure, bool $condition): void
{
    $condition || throw new Unexpected($failure);
}

function reject_unknown(array $names): void
{
    holds('unknown field ' . implode(', ', $names), $names === []);
}

function print_text(string $text): void
{
    foreach (explode("\n", $text) as $line) {
        echo "# $line\n";
    }
}

foreach (json_decode(file_get_contents($argv[1]), true, flags: JSON_THROW_ON_ERROR) as $case) {
    try {
        run_case($case);
        echo "ok {$case['name']}\n";
    } catch (Throwable $failure) {
        $reason = ($failure instanceof Unexpected ? '' : get_class($failure) . ': ') . $failure->getMessage();
        echo "not ok {$case['name']}: ", preg_replace('/\s+/', ' ', $reason), "\n";
    }
}
