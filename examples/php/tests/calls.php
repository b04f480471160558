<?php

/** What calls do beside the conformance cases: secrets, refusals, walks that are left, signals, handles. */

declare(strict_types=1);

use DataConnectors\Client;
use DataConnectors\DataConnectorsException;
use DataConnectors\Status;

$quick = sandbox();
$slow = sandbox('--latency-ms', '400');
$tests = [];

$tests['the token is nowhere'] = static function () use ($quick): void {
    $proxy = 'http://user:' . PASSWORD . '@127.0.0.1:9';
    $proxied = new Client(['token' => TOKEN, 'proxy' => $proxy, 'max_retries' => 0]);
    $client = client($quick);
    $page = $client->page();
    $failures = [
        thrown(DataConnectorsException::class, static fn () => $proxied->page()),
        thrown(DataConnectorsException::class, static fn () => new Client(['token' => 'Bearer ' . TOKEN])),
        thrown(DataConnectorsException::class, static fn () => new Client(['token' => TOKEN . "\0"])),
        thrown(DataConnectorsException::class, static fn () => new Client(['token' => [TOKEN]])),
        thrown(DataConnectorsException::class, static fn ()
            => new Client(['token' => TOKEN, 'proxy' => 'x://u:' . PASSWORD . '@h'])),
        thrown(DataConnectorsException::class, static fn () => $client->page(51)),
    ];
    $seen = '';
    foreach ([$client, $proxied, $page, $client->pages(), $client->connectors(), ...$failures] as $value) {
        ob_start();
        var_dump($value, (array) $value);
        $value instanceof Throwable && var_dump($value->getTrace());
        $seen .= ob_get_clean() . print_r($value, true) . json_encode($value);
        // An exception's trace has this file's closures, which var_export can't write.
        $seen .= $value instanceof Throwable ? "$value" : var_export($value, true);
    }
    lacks($seen, TOKEN);
    lacks($seen, PASSWORD);
    has($seen, 'SensitiveParameterValue');
    foreach ([$client, $client->pages(), $client->connectors()] as $value) {
        thrown(LogicException::class, static fn () => serialize($value));
        thrown(Error::class, static fn () => clone $value);
    }
    same(unserialize(serialize($page)) == $page, true);
};

$tests['what C could misread is refused'] = static function () use ($quick): void {
    $wrong = [['timeout_ms', '5'], ['timeout_ms', 5.0], ['max_retries', 1 << 40], ['max_retries', true],
        ['wait_for_rate_limit', 1], ['options', 'x'], ['options', ['timeout_ms' => 1]], ['base_url', 5],
        ['region', "eu\0"], ['ca_file', "\xFF"], [0, 'x']];
    foreach ($wrong as [$name, $value]) {
        $settings = ['token' => TOKEN, $name => $value];
        $failure = thrown(DataConnectorsException::class, static fn () => new Client($settings));
        same([$failure->status, $failure->statusName], [Status::ERR_INVALID_ARGUMENT, 'DC_ERR_INVALID_ARGUMENT']);
    }
    $pairs = [['region' => 'eu', 'base_url' => $quick], ['ca_file' => '/x', 'system_roots' => true],
        ['region' => 'eu', 'options' => ['base_url' => $quick]]];
    foreach ($pairs as $both) {
        $failure = thrown(DataConnectorsException::class, static fn () => new Client(['token' => TOKEN] + $both));
        has($failure->getMessage(), 'replace each other');
    }
    new Client(['token' => TOKEN, 'base_url' => 'http://service.example', 'allow_insecure_http' => true]);
    $client = client($quick, ['region' => null, 'wait_for_rate_limit' => false]);
    foreach ([[1 << 40, null], [null, "a\0b"], [null, "\xFF"]] as $arguments) {
        thrown(DataConnectorsException::class, static fn () => $client->page(...$arguments));
        thrown(DataConnectorsException::class, static fn () => $client->pages(...$arguments));
    }
};

$tests['options are set by name'] = static function () use ($quick): void {
    same(count(client($quick, ['options' => ['timeout_ms' => '5000', 'max_retries' => '0']])->page()), 20);
    $refusals = [['timeout_m', '1', 'did you mean timeout_ms'], ['timeout_ms', '0', 'invalid timeout_ms 0'],
        ['access_token', 'x', 'set twice'], [7, 'x', 'unknown option'], ['region', "eu\0", 'NUL']];
    foreach ($refusals as [$name, $value, $says]) {
        $failure = thrown(DataConnectorsException::class, static fn ()
            => new Client(['token' => TOKEN, 'options' => [$name => $value]]));
        has($failure->getMessage(), $says);
    }
};

$tests['a walk that was left goes on'] = static function () use ($quick): void {
    $client = client($quick);
    $all = array_map(static fn ($row) => $row->id, iterator_to_array($client->connectors(), false));
    same(count($all), 137);
    foreach ([false, true] as $prefetch) {
        $walk = $client->connectors(perPage: 10, prefetch: $prefetch);
        same($walk->pages->cursor(), null);
        $seen = [];
        for ($turn = 0; $turn < 10; $turn++) {
            foreach ($walk as $row) {
                $seen[] = $row->id;
                if (count($seen) % 23 === 0) {
                    break;
                }
            }
        }
        same($seen, $all);
        same([$walk->pages->cursor(), $walk->pages->next()], [null, null]);
    }
    $pages = $client->pages(perPage: 50);
    same([count($pages->next()), count(iterator_to_array($pages, false))], [50, 2]);
    same(count($client->pages(startingAfter: $client->page(50)->nextCursor)->next()), 20);
};

$tests['closed is closed'] = static function () use ($quick): void {
    $client = client($quick);
    [$pages, $left] = [$client->pages(), $client->pages()];
    $left->close();
    has(thrown(LogicException::class, $left->next(...))->getMessage(), 'the walk is closed');
    $client->close();
    $client->close();
    foreach (['page', 'pages', 'connectors', 'shutdown'] as $use) {
        has(thrown(LogicException::class, $client->$use(...))->getMessage(), 'the client is closed');
    }
    has(thrown(LogicException::class, $pages->next(...))->getMessage(), 'the client is closed');
};

$tests['what a $cancel throws ends the call'] = static function () use ($slow): void {
    $asked = 0;
    $pages = client($slow)->pages(perPage: 50, cancel: static function () use (&$asked): bool {
        return ++$asked === 5 ? throw new DomainException('enough') : false;
    });
    has(thrown(DomainException::class, $pages->next(...))->getMessage(), 'enough');
    same([count($pages->next()), $asked > 6], [50, true]);
};

$tests['a $cancel may use its client'] = static function () use ($slow, $quick): void {
    $client = client($slow);
    $other = client($quick);
    $got = [];
    $page = $client->page(cancel: static function () use ($client, $other, &$got): bool {
        $got[] = count($other->page(7, cancel: static fn (): bool => false));
        $client->close();
        return false;
    });
    same([count($page), $got[0], count($got) > 2], [20, 7, true]);
    $asked = 0;
    $pages = client($slow)->pages(cancel: static function () use (&$pages, &$asked): bool {
        // The first question comes before the call, the second in it: then the walk is in use.
        $asked++ === 1 && $pages->next();
        return false;
    });
    has(thrown(DataConnectorsException::class, $pages->next(...))->getMessage(), 'in use');
};

/** Takes a step on the slow sandbox, into which SIGALRM comes. */
$with_alarm = static function (Closure $handler, Closure $step): mixed {
    pcntl_signal(SIGALRM, $handler);
    $child = pcntl_fork();
    if ($child === 0) {
        usleep(100_000);
        posix_kill(posix_getppid(), SIGALRM);
        posix_kill(getmypid(), SIGKILL);
    }
    try {
        return $step();
    } finally {
        pcntl_waitpid($child, $status);
        pcntl_signal(SIGALRM, SIG_DFL);
        pcntl_async_signals(false);
    }
};

$tests['a handler that throws ends the call, and the walk goes on'] = static function () use ($slow, $with_alarm) {
    $pages = client($slow)->pages(perPage: 50);
    pcntl_async_signals(true);
    $started = hrtime(true);
    $thrown = thrown(DomainException::class, static fn () => $with_alarm(
        static fn () => throw new DomainException('a signal'),
        $pages->next(...),
    ));
    same([$thrown->getMessage(), (hrtime(true) - $started) / 1e6 < 350], ['a signal', true]);
    same(count(iterator_to_array($pages, false)), 3);
};

$tests['a handler that returns lets the call go on'] = static function () use ($slow, $quick, $with_alarm): void {
    pcntl_async_signals(true);
    $heard = [];
    $page = $with_alarm(static function () use (&$heard, $quick): void {
        $heard[] = count(client($quick)->page(5));
    }, static fn () => client($slow)->page());
    same([count($page), $heard], [20, [5]]);
};

$tests['signals that rain lose no row'] = static function () use ($quick): void {
    $client = client($quick);
    $all = array_map(static fn ($row) => $row->id, iterator_to_array($client->connectors(50), false));
    [$is_armed, $drops] = [false, 0];
    pcntl_signal(SIGALRM, static function () use (&$is_armed, &$drops): void {
        if ($is_armed) {
            $is_armed = false;
            $drops++;
            throw new DomainException('a drop');
        }
    });
    $parent = getmypid();
    $rain = pcntl_fork();
    for ($drop = 0; $rain === 0; $drop++) {
        usleep(1000);
        // It ends by itself, too: with its parent, or after a minute.
        posix_kill(getmypid(), posix_getppid() === $parent && $drop < 60_000 ? 0 : SIGKILL);
        posix_kill($parent, SIGALRM);
    }
    try {
        // How many fall into one walk depends on the machine: so there are as many walks as it takes.
        for ($round = 0; $drops < 300 && $round < 300; $round++) {
            [$connectors, $pages, $walks, $is_over] = [[], [], [], false];
            pcntl_async_signals(true);
            while (!$is_over) {
                try {
                    $is_armed = true;
                    $other = client($quick);
                    $walks[0] ??= $client->connectors(perPage: 1 + $round % 3, prefetch: $round % 2 === 1);
                    foreach ($walks[0] as $row) {
                        $connectors[] = $row->id;
                    }
                    $walks[1] ??= $other->pages(perPage: 1);
                    foreach ($walks[1] as $page) {
                        $pages[] = $page->connectors[0]->id;
                    }
                    $is_armed = false;
                    $is_over = true;
                } catch (DomainException) {
                }
            }
            same(pcntl_async_signals(false), true);
            same($connectors, $all);
            same($pages, $all);
        }
    } finally {
        pcntl_async_signals(false);
        posix_kill($rain, SIGKILL);
        pcntl_waitpid($rain, $status);
        // What fell and was not heard would be heard by the next test.
        pcntl_signal(SIGALRM, static fn () => null);
        pcntl_signal_dispatch();
        pcntl_signal(SIGALRM, SIG_DFL);
    }
    echo "# $drops drops in $round walks\n";
    same($drops >= 300, true);
};

$tests['handlers wait where signals are not asynchronous'] = static function () use ($slow, $with_alarm): void {
    $heard = 0;
    $with_alarm(static function () use (&$heard): void {
        $heard++;
    }, static function () use ($slow, &$heard): void {
        client($slow)->page();
        same($heard, 0);
        pcntl_signal_dispatch();
        same($heard, 1);
    });
};

$tests['the program lists, and fails with 1'] = static function () use ($quick): void {
    $program = __DIR__ . '/../list_connectors.php';
    [$output, $code] = php([$program, '--base-url', $quick, '--per-page', '50'], ['INTERCOM_ACCESS_TOKEN' => TOKEN]);
    same([$code, substr_count($output, "\n")], [0, 137]);
    [$output, $code] = php([$program, '--base-url', $quick, '--per-page', '51'], ['INTERCOM_ACCESS_TOKEN' => TOKEN]);
    same($code, 1);
    has($output, 'invalid per_page 51: use 1 to 50');
    same(php([$program, '--what'], [])[1], 2);
};

$tests['memory and descriptors come back'] = static function () use ($quick): void {
    $pages = (int) ($GLOBALS['argv'][1] ?? 2000);
    $use = static function (int $times) use ($quick): void {
        $client = client($quick);
        for ($count = 0; $count < $times; $count++) {
            $client->page(20);
            if ($count % 10 === 0) {
                foreach ($client->pages(perPage: 20, prefetch: true) as $page) {
                    break;
                }
                thrown(DataConnectorsException::class, static fn () => $client->page(51));
                thrown(DataConnectorsException::class, static fn () => $client->page(cancel: static fn () => true));
                client($quick)->page(1);
            }
        }
    };
    $use(200);
    gc_collect_cycles();
    [$files, $kib] = [open_files(), resident_kib()];
    $use($pages);
    gc_collect_cycles();
    echo "# $pages pages: descriptors $files, then ", open_files(), "; KiB $kib, then ", resident_kib(), "\n";
    same([open_files() <= $files + 4, resident_kib() <= $kib + 4096], [true, true]);
};

return $tests;
