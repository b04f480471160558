<?php

/** Tests of calls: secrets, invalid arguments, iterators, logging, signals, leaks. */

declare(strict_types=1);

use DataConnectors\Client;
use DataConnectors\DataConnectorsException;
use DataConnectors\Snapshot;
use DataConnectors\Status;

$quick = sandbox();
$slow = sandbox('--latency-ms', '400');
$tests = [];

$tests['the access token appears nowhere'] = static function () use ($quick): void {
    $proxy = 'http://user:' . PASSWORD . '@127.0.0.1:9';
    $proxied = new Client(['access_token' => ACCESS_TOKEN, 'proxy' => $proxy, 'max_retries' => 0]);
    $client = client($quick);
    $page = $client->listPage();
    $failures = [
        thrown(DataConnectorsException::class, static fn () => $proxied->listPage()),
        thrown(DataConnectorsException::class, static fn ()
            => new Client(['access_token' => 'Bearer ' . ACCESS_TOKEN])),
        thrown(DataConnectorsException::class, static fn () => new Client(['access_token' => ACCESS_TOKEN . "\0"])),
        thrown(DataConnectorsException::class, static fn () => new Client(['access_token' => [ACCESS_TOKEN]])),
        thrown(DataConnectorsException::class, static fn ()
            => new Client(['access_token' => ACCESS_TOKEN, 'proxy' => 'x://u:' . PASSWORD . '@h'])),
        thrown(DataConnectorsException::class, static fn () => $client->listPage(51)),
    ];
    $seen = '';
    foreach ([$client, $proxied, $page, $client->pages(), $client->list(), ...$failures] as $value) {
        ob_start();
        var_dump($value, (array) $value);
        $value instanceof Throwable && var_dump($value->getTrace());
        $seen .= ob_get_clean() . print_r($value, true) . json_encode($value);
        // var_export can't write the closures of this file in an exception's trace.
        $seen .= $value instanceof Throwable ? "$value" : var_export($value, true);
    }
    lacks($seen, ACCESS_TOKEN);
    lacks($seen, PASSWORD);
    contains($seen, 'SensitiveParameterValue');
    foreach ([$client, $client->pages(), $client->list()] as $value) {
        thrown(Exception::class, static fn () => serialize($value));
    }
    same(unserialize(serialize($page)) == $page, true);
};

$tests['invalid arguments are rejected'] = static function () use ($quick): void {
    $invalid = [['timeout_ms', '5 s'], ['timeout_ms', 5.0], ['max_retries', 1 << 40], ['timeout_m', 1],
        ['wait_for_rate_limit', 2], ['base_url', 5], ['base_url', false], ['region', "eu\0"], ['ca_file', "\xFF"],
        ['ca_file', []], [0, 'x'], ['access_token', null], ['access_token', '']];
    foreach ($invalid as [$name, $value]) {
        $options = [$name => $value] + ['access_token' => ACCESS_TOKEN];
        $failure = thrown(DataConnectorsException::class, static fn () => new Client($options));
        same([$failure->status, $failure->statusName], [Status::ERR_INVALID_ARGUMENT, 'DC_ERR_INVALID_ARGUMENT']);
    }
    $unset = getenv('DC_TEST_NOT_SET');
    $failure = thrown(DataConnectorsException::class, static fn () => new Client(['access_token' => $unset]));
    contains($failure->getMessage(), 'invalid access_token: use a string, not bool (is the environment variable');
    $pairs = [['region' => 'eu', 'base_url' => $quick], ['ca_file' => '/x', 'system_roots' => true]];
    foreach ($pairs as $both) {
        $options = ['access_token' => ACCESS_TOKEN] + $both;
        $failure = thrown(DataConnectorsException::class, static fn () => new Client($options));
        contains($failure->getMessage(), 'replace each other');
    }
    new Client(['access_token' => ACCESS_TOKEN, 'base_url' => 'http://service.example', 'allow_insecure_http' => true]);
    $valid = ['region' => null, 'wait_for_rate_limit' => false, 'timeout_ms' => '5000', 'max_retries' => 0];
    $client = client($quick, $valid);
    same(count($client->listPage(0)), 20);
    foreach ([[1 << 40, null], [null, "a\0b"], [null, "\xFF"]] as $arguments) {
        thrown(DataConnectorsException::class, static fn () => $client->listPage(...$arguments));
        thrown(DataConnectorsException::class, static fn () => $client->pages(...$arguments));
    }
    $snapshots = [['overlapMs' => 1 << 40], ['maxPasses' => 1 << 32], ['maxPasses' => 0], ['timeoutMs' => 0],
        ['timeoutMs' => 1 << 32]];
    foreach ($snapshots as $arguments) {
        thrown(DataConnectorsException::class, static fn () => $client->snapshot(...$arguments));
    }
    foreach (['overlap_ms' => 'overlapMs', 'max_passes' => 'maxPasses', 'timeout_ms' => 'timeoutMs'] as $its => $own) {
        $failure = thrown(DataConnectorsException::class, static fn () => $client->snapshot(...[$own => -1]));
        contains($failure->getMessage(), "invalid $its -1: use ");
    }
    thrown(DataConnectorsException::class, static fn () => Snapshot::load("\0"));
};

$tests['an error shows its request id'] = static function () use ($quick): void {
    $client = client($quick);
    $failure = thrown(DataConnectorsException::class, static fn () => $client->listPage(startingAfter: 'unknown'));
    same(str_ends_with($failure->getMessage(), " (request id $failure->requestId)"), true);
};

$tests['an iterator keeps its position'] = static function () use ($quick): void {
    $client = client($quick);
    $all = array_map(static fn ($row) => $row->id, iterator_to_array($client->list(), false));
    same(count($all), 137);
    foreach ([false, true] as $prefetch) {
        $rows = $client->list(perPage: 10, prefetch: $prefetch);
        same($rows->cursor(), null);
        $seen = [];
        for ($turn = 0; $turn < 10; $turn++) {
            foreach ($rows as $row) {
                $seen[] = $row->id;
                if (count($seen) % 23 === 0) {
                    break;
                }
            }
        }
        same($seen, $all);
        same([$rows->cursor(), iterator_to_array($rows)], [null, []]);
    }
    $pages = $client->pages(perPage: 50);
    same([count($pages->next()), count(iterator_to_array($pages, false))], [50, 2]);
    same(count($client->pages(startingAfter: $client->listPage(50)->nextCursor)->next()), 20);
};

$tests['a closed client or iterator rejects calls'] = static function () use ($quick): void {
    $client = client($quick);
    [$pages, $left] = [$client->pages(), $client->pages()];
    $left->close();
    contains(thrown(LogicException::class, $left->next(...))->getMessage(), 'the iterator is closed');
    $client->close();
    $client->close();
    foreach (['listPage', 'pages', 'list', 'shutdown'] as $list) {
        contains(thrown(LogicException::class, $client->$list(...))->getMessage(), 'the client is closed');
    }
    contains(thrown(LogicException::class, $pages->next(...))->getMessage(), 'the client is closed');
};

$tests['a closed snapshot rejects calls, and keeps connectors that were used'] = static function () use ($quick): void {
    $client = client($quick);
    [$used, $unused] = [$client->snapshot(), $client->snapshot()];
    [$connectors, $json] = [$used->connectors(), $used->json()];
    $used->close();
    $used->close();
    $unused->close();
    same([$used->connectors(), count($used), $used->state], [$connectors, 137, 'complete']);
    $open = Snapshot::load($json);
    $uses = [$used->json(...), $unused->connectors(...), $unused->count(...), static fn () => $used->diff($open),
        static fn () => $open->diff($used), static fn () => $client->snapshot($used)];
    foreach ($uses as $use) {
        contains(thrown(LogicException::class, $use)->getMessage(), 'the snapshot is closed');
    }
    same(array_column($connectors, 'json') === array_column(iterator_to_array($open), 'json'), true);
};

$tests['the number of connectors does not create them'] = static function () use ($quick): void {
    $snapshot = client($quick)->snapshot();
    same(count($snapshot), 137);
    same((fn (): bool => $this->connectors === null)->call($snapshot), true);
    same(count($snapshot->connectors()), 137);
};

$tests['client and previous snapshot can be closed during a refresh'] = static function () use ($slow): void {
    $client = client($slow);
    $previous = $client->snapshot();
    $refreshed = $client->snapshot($previous, cancel: static function () use ($client, $previous): bool {
        $client->close();
        $previous->close();
        return false;
    });
    same([$refreshed->state, count($refreshed)], ['refreshed', 137]);
};

$tests['an exception from $cancel cancels the call'] = static function () use ($slow): void {
    $count = 0;
    $pages = client($slow)->pages(perPage: 50, cancel: static function () use (&$count): bool {
        return ++$count === 5 ? throw new DomainException('stop') : false;
    });
    contains(thrown(DomainException::class, $pages->next(...))->getMessage(), 'stop');
    same([count($pages->next()), $count > 6], [50, true]);
};

$tests['a $cancel may use its client'] = static function () use ($slow, $quick): void {
    $client = client($slow);
    $other = client($quick);
    $counts = [];
    $page = $client->listPage(cancel: static function () use ($client, $other, &$counts): bool {
        $counts[] = count($other->listPage(7, cancel: static fn (): bool => false));
        $client->close();
        return false;
    });
    same([count($page), $counts[0], count($counts) > 2], [20, 7, true]);
    $count = 0;
    $pages = client($slow)->pages(cancel: static function () use (&$pages, &$count): bool {
        // Called before the call, when the pager is not in use, then during the call.
        $count++ === 1 && $pages->next();
        return false;
    });
    contains(thrown(DataConnectorsException::class, $pages->next(...))->getMessage(), 'in use');
};

$tests['the logger receives lines of its level'] = static function () use ($quick): void {
    $lines = [];
    $log = static function (string $level, string $line) use (&$lines): void {
        $lines[] = "$level $line";
    };
    $options = ['access_token' => ACCESS_TOKEN, 'base_url' => $quick];
    same(count((new Client($options, $log))->listPage()), 20);
    same([count($lines), str_starts_with($lines[0], 'info GET')], [1, true]);
    $client = new Client($options, $log, 'debug');
    iterator_to_array($client->pages(perPage: 50, prefetch: true));
    contains(implode("\n", $lines), "\ndebug GET");
    lacks(implode("\n", $lines), ACCESS_TOKEN);
    thrown(DataConnectorsException::class, static fn () => new Client($options, $log, 'trace'));
    $failing = new Client($options, static fn () => throw new DomainException('full'));
    $pages = $failing->pages(perPage: 50);
    thrown(DomainException::class, $pages->next(...));
    same(count($pages->next()), 50);
};

/**
 * Runs a step with the URL of a server that forwards requests to another one, and sends SIGALRM to this process when it
 * has received the first request. It responds to that one 400 ms later, or never.
 */
$with_alarm = static function (Closure $handler, string $target, bool $responds, Closure $step): mixed {
    pcntl_signal(SIGALRM, $handler);
    $listener = stream_socket_server('tcp://127.0.0.1:0');
    $url = 'http://' . stream_socket_get_name($listener, false);
    $child = pcntl_fork();
    if ($child === 0) {
        for ($connections = []; $connection = stream_socket_accept($listener, 60); $connections[] = $connection) {
            $request = '';
            while (!str_ends_with($request, "\r\n\r\n")) {
                $request .= fgets($connection) ?: posix_kill(getmypid(), SIGKILL);
            }
            if ($connections === []) {
                posix_kill(posix_getppid(), SIGALRM);
                if (!$responds) {
                    continue;
                }
                usleep(400_000); // for the handler
            }
            $forwarded = stream_socket_client(str_replace('http:', 'tcp:', $target));
            fwrite($forwarded, substr($request, 0, -2) . "Connection: close\r\n\r\n");
            fwrite($connection, stream_get_contents($forwarded));
            stream_socket_shutdown($connection, STREAM_SHUT_RDWR);
        }
        posix_kill(getmypid(), SIGKILL);
    }
    fclose($listener);
    try {
        return $step($url);
    } finally {
        posix_kill($child, SIGKILL);
        pcntl_waitpid($child, $status);
        pcntl_signal(SIGALRM, SIG_DFL);
        pcntl_async_signals(false);
    }
};

$tests['a signal handler that throws cancels the call'] = static function () use ($quick, $with_alarm): void {
    pcntl_async_signals(true);
    $with_alarm(static fn () => throw new DomainException('a signal'), $quick, false, static function ($url): void {
        $pages = client($url)->pages(perPage: 50);
        $started = hrtime(true);
        same(thrown(DomainException::class, $pages->next(...))->getMessage(), 'a signal');
        // Without the exception, the call would time out after 60 s.
        same((hrtime(true) - $started) / 1e9 < 20, true);
        same(count(iterator_to_array($pages, false)), 3);
    });
};

$tests['a call continues after a signal handler'] = static function () use ($quick, $with_alarm): void {
    pcntl_async_signals(true);
    $handled = [];
    $page = $with_alarm(static function () use (&$handled, $quick): void {
        $handled[] = count(client($quick)->listPage(5));
    }, $quick, true, static fn ($url) => client($url)->listPage());
    same([count($page), $handled], [20, [5]]);
};

$tests['a signal handler runs while a snapshot waits, and cancels it by throwing'] = static function (): void {
    // After this bulk edit, a snapshot waits for the overlap of 60 s.
    $edited = static fn (int $id): array => ['id' => "$id", 'updated_at' => gmdate('Y-m-d\TH:i:s\Z')];
    $file = tempnam(sys_get_temp_dir(), 'dc-php-');
    file_put_contents($file, json_encode(array_map($edited, range(1, 60))));
    $client = client(sandbox('--data', $file));
    unlink($file);
    [$handled, $started] = [0, hrtime(true)];
    pcntl_signal(SIGALRM, static function () use (&$handled): void {
        pcntl_alarm(1);
        $handled++ === 0 || throw new DomainException('a signal');
    });
    pcntl_async_signals(true);
    pcntl_alarm(1);
    try {
        same(thrown(DomainException::class, static fn () => $client->snapshot())->getMessage(), 'a signal');
    } finally {
        pcntl_alarm(0);
        pcntl_signal(SIGALRM, SIG_DFL);
        pcntl_async_signals(false);
    }
    same([$handled, (hrtime(true) - $started) / 1e9 < 20], [2, true]);
};

$tests['no row is lost if signal handlers throw at any time'] = static function () use ($quick): void {
    $client = client($quick);
    $all = array_map(static fn ($row) => $row->id, iterator_to_array($client->list(50), false));
    [$is_armed, $exceptions] = [false, 0];
    pcntl_signal(SIGALRM, static function () use (&$is_armed, &$exceptions): void {
        if ($is_armed) {
            $is_armed = false;
            $exceptions++;
            throw new DomainException('a signal');
        }
    });
    $parent = getmypid();
    $sender = pcntl_fork();
    for ($sent = 0; $sender === 0; $sent++) {
        usleep(1000);
        // Exits with its parent, or after a minute.
        posix_kill(getmypid(), posix_getppid() === $parent && $sent < 60_000 ? 0 : SIGKILL);
        posix_kill($parent, SIGALRM);
    }
    try {
        // How many handlers throw in one round depends on the machine.
        for ($round = 0; $exceptions < 300 && $round < 300; $round++) {
            [$connectors, $pages, $iterators, $done] = [[], [], [], false];
            pcntl_async_signals(true);
            while (!$done) {
                try {
                    $is_armed = true;
                    $other = client($quick);
                    $iterators[0] ??= $client->list(perPage: 1 + $round % 3, prefetch: $round % 2 === 1);
                    foreach ($iterators[0] as $row) {
                        $connectors[] = $row->id;
                    }
                    $iterators[1] ??= $other->pages(perPage: 1);
                    foreach ($iterators[1] as $page) {
                        $pages[] = $page->connectors[0]->id;
                    }
                    $is_armed = false;
                    $done = true;
                } catch (DomainException) {
                }
            }
            same(pcntl_async_signals(false), true);
            same($connectors, $all);
            same($pages, $all);
        }
    } finally {
        pcntl_async_signals(false);
        posix_kill($sender, SIGKILL);
        pcntl_waitpid($sender, $status);
        // The next test must not receive pending signals.
        pcntl_signal(SIGALRM, static fn () => null);
        pcntl_signal_dispatch();
        pcntl_signal(SIGALRM, SIG_DFL);
    }
    echo "# $exceptions exceptions in $round rounds\n";
    same($exceptions >= 300, true);
};

$tests['handlers of synchronous signals run after the call'] = static function () use ($quick, $with_alarm): void {
    $handled = 0;
    $with_alarm(static function () use (&$handled): void {
        $handled++;
    }, $quick, true, static function ($url) use (&$handled): void {
        client($url)->listPage();
        same($handled, 0);
        pcntl_signal_dispatch();
        same($handled, 1);
    });
};

$tests['the example lists connectors or prints the error'] = static function () use ($quick): void {
    $example = __DIR__ . '/../../../examples/php/list_connectors.php';
    $program = ['-d', 'include_path=' . __DIR__ . '/../src', $example];
    $token = ['INTERCOM_ACCESS_TOKEN' => ACCESS_TOKEN];
    [$output, $code] = php([...$program, '--base-url', $quick, '--per-page', '50'], $token);
    same([$code, substr_count($output, "\n")], [0, 137]);
    [$output, $code] = php([...$program, '--base-url', $quick, '--per-page', '51'], $token);
    same($code, 1);
    contains($output, 'per_page');
    same(php([...$program, '--what'], [])[1], 2);
};

$tests['nothing leaks'] = static function () use ($quick): void {
    $pages = (int) ($GLOBALS['argv'][1] ?? 2000);
    $list = static function (int $times) use ($quick): void {
        $client = client($quick);
        for ($count = 0; $count < $times; $count++) {
            $client->listPage(20);
            if ($count % 10 === 0) {
                foreach ($client->pages(perPage: 20, prefetch: true) as $page) {
                    break;
                }
                thrown(DataConnectorsException::class, static fn () => $client->listPage(51));
                thrown(DataConnectorsException::class, static fn () => $client->listPage(cancel: static fn () => true));
                client($quick)->listPage(1);
                $snapshot = $client->snapshot();
                $client->snapshot($snapshot)->diff($snapshot);
            }
        }
    };
    $list(200);
    gc_collect_cycles();
    [$files, $kib] = [open_files(), resident_kib()];
    $list($pages);
    gc_collect_cycles();
    echo "# $pages pages: descriptors $files -> ", open_files(), "; KiB $kib -> ", resident_kib(), "\n";
    same([open_files() <= $files + 4, resident_kib() <= $kib + 4096], [true, true]);
};

return $tests;
