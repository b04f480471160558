<?php

/**
 * Lists the data connectors of a workspace: id, state, name. The access token is taken from INTERCOM_ACCESS_TOKEN.
 *
 *     php list_connectors.php [--base-url URL] [--per-page N]
 */

declare(strict_types=1);

require __DIR__ . '/DataConnectors.php';

use DataConnectors\Client;

$options = ['--base-url' => null, '--per-page' => '50'];
foreach (array_chunk(array_slice($argv, 1), 2) as $pair) {
    [$name, $value] = $pair + ['', ''];
    if (!array_key_exists($name, $options) || $value === '' || $name === '--per-page' && !ctype_digit($value)) {
        fwrite(STDERR, "usage: php list_connectors.php [--base-url URL] [--per-page N]\n");
        exit(2);
    }
    $options[$name] = $value;
}

try {
    $client = new Client([
        'token' => getenv('INTERCOM_ACCESS_TOKEN') ?: '',
        'base_url' => $options['--base-url'],
    ]);
    foreach ($client->connectors(perPage: (int) $options['--per-page']) as $connector) {
        // A name is anybody's text: without control characters it can't play tricks on a terminal.
        $line = sprintf('%-12s %-8s %s', $connector->id ?? '-', $connector->state ?? '-', $connector->name ?? '-');
        echo preg_replace('/\p{Cc}/u', '?', $line), "\n";
    }
} catch (RuntimeException $failure) {
    fwrite(STDERR, $failure->getMessage() . "\n");
    exit(1);
}
