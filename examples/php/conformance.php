<?php

/** Performs the cases of tests/conformance, and says of each what became of it: see README.md there. */

declare(strict_types=1);

require __DIR__ . '/DataConnectors.php';

use DataConnectors\Client;
use DataConnectors\Connector;
use DataConnectors\DataConnectorsException;
use DataConnectors\Page;
use DataConnectors\Pages;

const FIELDS = ['name', 'settings', 'options', 'call', 'per_page', 'starting_after', 'prefetch', 'stop_after', 'then',
    'cancel_after_ms', 'shutdown_after_ms', 'closed', 'callers', 'expect'];

/** Something is not as the case expects. */
final class Unexpected extends Exception
{
}

/** What a call gave, and how it ended. */
final class Outcome
{
    /** @var list<Connector> */
    public array $rows = [];
    /** @var list<Page> */
    public array $pages = [];
    public ?Throwable $error = null;
    public float $tookMs = 0.0;

    public function take(Page $page): void
    {
        $this->pages[] = $page;
        array_push($this->rows, ...$page->connectors);
    }
}

function run(array $case): void
{
    refuse_unknown(array_diff(array_keys($case), FIELDS));
    try {
        $client = new Client($case['settings'] + ['options' => $case['options'] ?? null]);
    } catch (DataConnectorsException $error) {
        $outcome = new Outcome();
        $outcome->error = $error;
        judge($case['expect'], $outcome);
        return;
    }
    say(print_r($client, true) . var_export($client, true) . json_encode($client));
    if ($case['closed'] ?? false) {
        $client->close();
    }
    if (isset($case['callers'])) {
        fork_callers($case, $client);
    } else {
        judge($case['expect'], call($case, $client));
    }
    $client->close();
}

/** Processes in the place of threads: each judges by itself, and sends what is wrong. */
function fork_callers(array $case, Client $client): void
{
    $pipes = [];
    for ($caller = 0; $caller < $case['callers']; $caller++) {
        [$ours, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        if (pcntl_fork() === 0) {
            try {
                judge($case['expect'], call($case, $client));
                fwrite($theirs, 'fine');
            } catch (Throwable $wrong) {
                fwrite($theirs, $wrong->getMessage());
            }
            exit(0);
        }
        fclose($theirs);
        $pipes[] = $ours;
    }
    $told = array_map(stream_get_contents(...), $pipes);
    while (pcntl_wait($status) > 0) {
        same('the end of a caller', $status, 0);
    }
    foreach ($told as $caller => $text) {
        same("what caller $caller says", $text, 'fine');
    }
}

function call(array $case, Client $client): Outcome
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
    $outcome->tookMs = (hrtime(true) - $started) / 1e6;
    return $outcome;
}

function perform(array $case, Client $client, Closure $cancel, Outcome $outcome): void
{
    $arguments = ['cancel' => $cancel];
    foreach (['per_page' => 'perPage', 'starting_after' => 'startingAfter', 'prefetch' => 'prefetch'] as $its => $own) {
        if (array_key_exists($its, $case)) {
            $arguments[$own] = $case[$its];
        }
    }
    if ($case['call'] === 'page') {
        $outcome->take($client->page(...$arguments));
    } elseif ($case['call'] === 'pages') {
        walk($case, $client, $arguments, $outcome);
    } elseif ($case['call'] === 'connectors') {
        refuse_unknown(array_intersect(array_keys($case), ['then']));
        foreach ($client->connectors(...$arguments) as $connector) {
            $outcome->rows[] = $connector;
            if (count($outcome->rows) === ($case['stop_after'] ?? null)) {
                break;
            }
        }
    } elseif ($case['call'] !== 'client') {
        throw new Unexpected("this runner doesn't know the call {$case['call']}");
    }
}

function walk(array $case, Client $client, array $arguments, Outcome $outcome): void
{
    $then = $case['then'] ?? null;
    refuse_unknown(array_diff([$then], [null, 'resume', 'go_on']));
    $pages = $client->pages(...$arguments);
    try {
        take($pages, $case['stop_after'] ?? null, $outcome);
    } catch (DataConnectorsException $error) {
        if ($then !== 'go_on') {
            throw $error;
        }
        $outcome->error = $error;
        take($pages, null, $outcome);
    }
    if ($then === 'resume') {
        take($client->pages(...['startingAfter' => $pages->cursor()] + $arguments), null, $outcome);
    }
}

function take(Pages $pages, ?int $most, Outcome $outcome): void
{
    foreach ($pages as $taken => $page) {
        $outcome->take($page);
        if ($taken + 1 === $most) {
            return;
        }
    }
}

function judge(array $expected, Outcome $outcome): void
{
    if ($outcome->error !== null) {
        say((string) $outcome->error);
        say(print_r($outcome->error, true));
    }
    $expected += ['error' => null, 'least_ms' => 0, 'most_ms' => 10000];
    $last = end($outcome->pages) ?: null;
    foreach ($expected as $name => $value) {
        match ($name) {
            'error' => judge_error($outcome->error, $value),
            'least_ms' => holds("it took $outcome->tookMs ms, and not $value or more", $outcome->tookMs >= $value),
            'most_ms' => holds("it took $outcome->tookMs ms, and not $value or less", $outcome->tookMs <= $value),
            'rows' => judge_rows($outcome->rows, $value),
            'ids' => same('ids', array_map(static fn (Connector $row): ?string => $row->id, $outcome->rows), $value),
            'pages' => same('pages', count($outcome->pages), $value),
            'next_cursor', 'request_id', 'rate_limit', 'rate_limit_remaining', 'rate_limit_reset'
                => same($name, field($last, $name), $value),
            default => refuse_unknown(["expect.$name"]),
        };
    }
}

function judge_error(?Throwable $error, ?array $expected): void
{
    if ($error === null || $expected === null) {
        same('the error', $error?->getMessage(), $expected);
        return;
    }
    foreach ($expected as $name => $value) {
        match ($name) {
            'status' => same('the status of "' . $error->getMessage() . '"', status($error), $value),
            'says' => array_map(static fn (string $part) => holds(
                '"' . $error->getMessage() . "\" has no \"$part\"",
                str_contains($error->getMessage(), $part),
            ), $value),
            'http_status', 'api_code', 'api_field', 'request_id', 'retry_after_ms', 'attempts', 'rate_limit',
            'rate_limit_remaining', 'rate_limit_reset' => same($name, field($error, $name), $value),
            default => refuse_unknown(["expect.error.$name"]),
        };
    }
}

/** A closed client is PHP's \LogicException; what a signature refuses PHP's \TypeError. */
function status(Throwable $error): string
{
    return match (true) {
        $error instanceof DataConnectorsException => $error->statusName,
        $error instanceof TypeError => 'DC_ERR_INVALID_ARGUMENT',
        default => str_contains($error->getMessage(), 'closed') ? 'closed' : get_class($error),
    };
}

function judge_rows(array $rows, array $expected): void
{
    same('the number of rows', count($rows), count($expected));
    foreach ($expected as $index => $fields) {
        foreach ($fields as $name => $value) {
            same("row $index's $name", field($rows[$index], $name), $value);
        }
    }
}

/** A property by its name in a case. One that is not there is a fault of the runner's, not null. */
function field(?object $of, string $name): mixed
{
    if (str_starts_with($name, 'rate_limit')) {
        return $of->rateLimit->{$name === 'rate_limit' ? 'limit' : substr($name, strlen('rate_limit_'))};
    }
    $property = lcfirst(str_replace('_', '', ucwords($name, '_')));
    holds("this runner doesn't know the field $name", property_exists($of, $property));
    return $of->$property;
}

function same(string $what, mixed $got, mixed $expected): void
{
    holds("$what is " . json_encode($got) . ', and not ' . json_encode($expected), $got === $expected);
}

function holds(string $otherwise, bool $condition): void
{
    $condition || throw new Unexpected($otherwise);
}

function refuse_unknown(array $names): void
{
    holds('this runner doesn\'t know ' . implode(', ', $names), $names === []);
}

function say(string $text): void
{
    foreach (explode("\n", $text) as $line) {
        echo "# $line\n";
    }
}

foreach (json_decode(file_get_contents($argv[1]), true, flags: JSON_THROW_ON_ERROR) as $case) {
    try {
        run($case);
        echo "ok {$case['name']}\n";
    } catch (Throwable $wrong) {
        $why = $wrong instanceof Unexpected ? $wrong->getMessage() : get_class($wrong) . ': ' . $wrong->getMessage();
        echo "not ok {$case['name']}: ", preg_replace('/\s+/', ' ', $why), "\n";
    }
}
