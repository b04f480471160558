<?php

/** What the tests are made with. */

declare(strict_types=1);

use DataConnectors\Client;

const TOKEN = 'canary-4f1c9be2-token';
const PASSWORD = 'canary-password';

function same(mixed $got, mixed $expected): void
{
    $got === $expected || throw new Exception(var_export($got, true) . ' is not ' . var_export($expected, true));
}

function has(string $text, string $part): void
{
    str_contains($text, $part) || throw new Exception("\"$text\" has no \"$part\"");
}

function lacks(string $text, string $part): void
{
    !str_contains($text, $part) || throw new Exception("\"$text\" has \"$part\"");
}

/** @template T of Throwable @param class-string<T> $class @return T */
function thrown(string $class, Closure $by): Throwable
{
    try {
        $by();
    } catch (Throwable $thrown) {
        return $thrown instanceof $class ? $thrown : throw $thrown;
    }
    throw new Exception("no $class is thrown");
}

/** Runs PHP code, or a file with arguments, in a process of its own: what it says, and its exit code. */
function php(array $arguments, array $environment): array
{
    $process = proc_open([PHP_BINARY, ...$arguments], [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes, null,
        array_filter($environment + getenv(), is_string(...)));
    $output = stream_get_contents($pipes[1]);
    return [$output, proc_close($process)];
}

function sandbox(string ...$options): string
{
    $program = getenv('DC_TEST_SANDBOX')
        ?: throw new Exception('DC_TEST_SANDBOX should name the sandbox\'s program');
    $process = proc_open([$program, ...$options], [1 => ['pipe', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);
    // A forked child of a test leaves it to its parent.
    $owner = getmypid();
    register_shutdown_function(static fn () => $owner === getmypid() && proc_terminate($process));
    return trim((string) fgets($pipes[1]));
}

function client(string $baseUrl, array $settings = []): Client
{
    return new Client(['token' => TOKEN, 'base_url' => $baseUrl] + $settings);
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
