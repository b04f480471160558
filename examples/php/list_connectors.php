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
    if (count($pair) !== 2 || !array_key_exists($pair[0], $options) || $pair[0] === '--per-page' && !ctype_digit($pair[1])) {
        fwrite(STDERR, "usage: php list_connectors.php [--base-url URL] [--per-page N]\n");
        exit(2);
    }
    $options[$pair[0]] = $pair[1];
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
