<?php

/**
 * Runs the tests of the package beyond those of tests/conformance.
 *
 *     php bindings/php/tests/run.php [PAGES]
 *
 * They require DATA_CONNECTORS_LIBRARY and DC_TEST_SANDBOX, absolute paths of the library and the sandbox.
 * PAGES: number of pages in the leak test, by default 2000.
 */

declare(strict_types=1);

// The defaults hide arguments in traces, where the access token could appear.
ini_set('zend.exception_ignore_args', '0');
ini_set('zend.exception_string_param_max_len', '1000');
ini_set('display_errors', 'stderr');
error_reporting(E_ALL);
set_error_handler(static fn (int $level, string $message) => throw new ErrorException($message, 0, $level));

require __DIR__ . '/../src/DataConnectors.php';
require __DIR__ . '/support.php';

$failed = 0;
foreach ((require __DIR__ . '/library.php') + (require __DIR__ . '/calls.php') as $name => $test) {
    try {
        $test();
        echo "ok $name\n";
    } catch (Throwable $failure) {
        $failed++;
        echo "not ok $name: $failure\n";
    }
}
exit($failed === 0 ? 0 : 1);
