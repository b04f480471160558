<?php

/**
 * Prints the id, state and name of each data connector of a workspace. The access token is read from
 * INTERCOM_ACCESS_TOKEN.
 *
 *     php -d include_path=bindings/php/src examples/php/list_connectors.php --base-url http://127.0.0.1:8080
 */

declare(strict_types=1);

require 'DataConnectors.php';

$options = ['--region' => null, '--base-url' => null, '--per-page' => null];
foreach (array_chunk(array_slice($argv, 1), 2) as $pair) {
    [$name, $value] = $pair + ['', ''];
    if (!array_key_exists($name, $options) || $value === '' || $name === '--per-page' && !ctype_digit($value)) {
        fwrite(STDERR, "usage: php list_connectors.php [--region us|eu|au] [--base-url URL] [--per-page N]\n");
        exit(2);
    }
    $options[$name] = $value;
}

try {
    $client = new DataConnectors\Client([
        'access_token' => getenv('INTERCOM_ACCESS_TOKEN') ?: null,
        'region' => $options['--region'],
        'base_url' => $options['--base-url'],
    ]);
    $perPage = $options['--per-page'] === null ? null : (int) $options['--per-page'];
    foreach ($client->list(perPage: $perPage) as $connector) {
        $line = sprintf('%-12s %-8s %s', $connector->id ?? '-', $connector->state ?? '-', $connector->name ?? '-');
        // Names may contain control characters, which would affect the terminal.
        echo preg_replace('/\p{Cc}/u', '?', $line), "\n";
    }
} catch (RuntimeException $exception) {
    fwrite(STDERR, $exception->getMessage() . "\n");
    exit(1);
}
