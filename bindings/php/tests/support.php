<?php

/** Helpers of the tests. */

declare(strict_types=1);

use DataConnectors\Client;

const ACCESS_TOKEN = 'canary-4f1c9be2-token';
const PASSWORD = 'canary-password';

function same(mixed $actual, mixed $expected): void
{
    $actual === $expected
        || throw new Exception(var_export($actual, true) . ', expected ' . var_export($expected, true));
}

function contains(string $text, string $part): void
{
    str_contains($text, $part) || throw new Exception("\"$text\" does not contain \"$part\"");
}

function lacks(string $text, string $part): void
{
    !str_contains($text, $part) || throw new Exception("\"$text\" contains \"$part\"");
}

/** @template T of Throwable @param class-string<T> $class @return T */
function thrown(string $class, Closure $by): Throwable
{
    try {
        $by();
    } catch (Throwable $thrown) {
        return $thrown instanceof $class ? $thrown : throw $thrown;
    }
    throw new Exception("no $class was thrown");
}

/** Runs PHP in another process; returns its output and exit code. */
function php(array $arguments, array $environment): array
{
    $process = proc_open([PHP_BINARY, ...$arguments], [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes, null,
        array_filter($environment + getenv(), is_string(...)));
    $output = stream_get_contents($pipes[1]);
    return [$output, proc_close($process)];
}

/** Starts a sandbox; returns its URL. */
function sandbox(string ...$options): string
{
    $program = getenv('DC_TEST_SANDBOX')
        ?: throw new Exception('set DC_TEST_SANDBOX to the path of data-connectors-sandbox');
    $process = proc_open([$program, ...$options], [1 => ['pipe', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);
    // Forked children of a test must not stop it.
    $owner = getmypid();
    register_shutdown_function(static fn () => $owner === getmypid() && proc_terminate($process));
    return trim((string) fgets($pipes[1]));
}

function client(string $baseUrl, array $options = []): Client
{
    return new Client(['access_token' => ACCESS_TOKEN, 'base_url' => $baseUrl] + $options);
}

function open_files(): int
{
    return count(scandir('/proc/self/fd'));
}

function resident_kib(): int
{
    preg_match('/^VmRSS:\s*(\d+)/m', file_get_contents('/proc/self/status'), $found);
    return (int) $found[1];
}
