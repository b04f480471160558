<?php

/**
 * Runs the tests that the wrapper has beside the conformance cases:
 *
 *     php examples/php/tests/run.php [PAGES]
 *
 * DATA_CONNECTORS_LIBRARY names the library's file, DC_TEST_SANDBOX the sandbox's program (both: with the whole path).
 * PAGES is how many pages the test for leaks lists: 2000 if it isn't said.
 */

declare(strict_types=1);

// By default they hide the arguments of traces, and with them what the test for the token looks for.
ini_set('zend.exception_ignore_args', '0');
ini_set('zend.exception_string_param_max_len', '1000');
ini_set('display_errors', 'stderr');
error_reporting(E_ALL);
set_error_handler(static fn (int $level, string $message) => throw new ErrorException($message, 0, $level));

require __DIR__ . '/../DataConnectors.php';
require __DIR__ . '/support.php';

$failed = 0;
foreach ((require __DIR__ . '/binding.php') + (require __DIR__ . '/calls.php') as $name => $test) {
    try {
        $test();
        echo "ok $name\n";
    } catch (Throwable $wrong) {
        $failed++;
        echo "not ok $name: $wrong\n";
    }
}
exit($failed === 0 ? 0 : 1);
