<?php

declare(strict_types=1);

namespace DataConnectors;

/**
 * A client of one workspace. Create one and keep it: it keeps connections open.
 *
 *     $client = new DataConnectors\Client(['access_token' => getenv('INTERCOM_ACCESS_TOKEN') ?: null]);
 *     foreach ($client->list(perPage: 50) as $connector) {
 *         echo $connector->id, ' ', $connector->name, "\n";
 *     }
 */
final class Client
{
    private ?Handle $handle;

    /**
     * Creates a client. Nothing is sent yet.
     *
     * @param array<string, string|int|bool|null> $options by the names of the C library: access_token, which is
     *     required, region, base_url, timeout_ms, …; docs/options.md lists them. null selects the default
     * @param ?\Closure(string, string): void $logger receives a level of PSR-3 and a line: $psrLogger->log(...). An
     *     exception from it cancels the call
     * @param string $logLevel the least severe level to receive: error, warning, info or debug
     * @throws DataConnectorsException an option is invalid
     * @throws \RuntimeException the library is missing or incompatible
     */
    public function __construct(
        #[\SensitiveParameter] array $options,
        private readonly ?\Closure $logger = null,
        string $logLevel = 'info',
    ) {
        $this->handle = Native::client($options, $logger === null ? null : $logLevel);
    }

    /**
     * Lists one page, most recently updated first.
     *
     * @param ?int $perPage 1 to 50; null: the service's default (20)
     * @param ?string $startingAfter the nextCursor of the previous page; null: the first page
     * @param ?\Closure(): bool $cancel called before the call, and every 15 ms while it waits: true cancels it, as
     *     does an exception, which the call then throws. It may use this client, but not suspend a fiber
     * @throws DataConnectorsException
     */
    public function listPage(?int $perPage = null, ?string $startingAfter = null, ?\Closure $cancel = null): Page
    {
        $client = $this->handle();
        $arguments = Native::listArguments($perPage, $startingAfter);
        return $this->wait($cancel, static fn (): Page
            => Native::page('dc_list_page', $client->pointer, ...$arguments, ...[null]));
    }

    /**
     * Iterates over pages. If connectors are updated meanwhile, one can be listed twice, and one missed.
     *
     * @param ?string $startingAfter the cursor to start after, such as that of an earlier iterator
     * @param ?\Closure(): bool $cancel as for listPage()
     * @param bool $prefetch whether the next page is requested while you process the current one
     */
    public function pages(
        ?int $perPage = null,
        ?string $startingAfter = null,
        ?\Closure $cancel = null,
        bool $prefetch = false,
    ): Pages {
        return new Pages($this, $perPage, $startingAfter, $cancel, $prefetch);
    }

    /** Iterates over connectors, with the arguments of pages(). */
    public function list(
        ?int $perPage = null,
        ?string $startingAfter = null,
        ?\Closure $cancel = null,
        bool $prefetch = false,
    ): Connectors {
        return new Connectors($this, $perPage, $startingAfter, $cancel, $prefetch);
    }

    /**
     * Takes a snapshot of all connectors: a request per 50 of them and one more. If the first request fails, the call
     * fails. If a later request fails and its retries fail too, the snapshot is incomplete.
     *
     * @param ?Snapshot $previous the previous snapshot: requests only what changed since, usually one page
     * @param ?int $overlapMs the longest time until the service lists a change, 0 to 3600000; null: 60000
     * @param ?int $maxPasses the maximum number of passes over the list, 1 to 1000; null: 20
     * @param ?int $timeoutMs of the whole call, 1 to 86400000; null: 300000. The option timeout_ms applies to each
     *     request
     * @param ?\Closure(): bool $cancel as for listPage()
     * @throws DataConnectorsException
     */
    public function snapshot(
        ?Snapshot $previous = null,
        ?int $overlapMs = null,
        ?int $maxPasses = null,
        ?int $timeoutMs = null,
        ?\Closure $cancel = null,
    ): Snapshot {
        $client = $this->handle();
        $from = $previous?->handle();
        $arguments = Native::snapshotArguments($overlapMs, $maxPasses, $timeoutMs);
        return $this->wait($cancel, static fn (): Snapshot
            => Native::takeSnapshot($client, $from, ...$arguments));
    }

    /** Cancels all calls in progress and rejects new ones: ERR_CANCELLED. Signal handlers and $cancel may call it. */
    public function shutdown(): void
    {
        Native::library()->dc_client_shutdown($this->handle()->pointer);
    }

    /** Rejects new calls with a \LogicException. Frees the client now, or when the call in progress has returned. */
    public function close(): void
    {
        $this->handle = null;
    }

    /** @internal */
    public function handle(): Handle
    {
        return $this->handle ?? throw new \LogicException('the client is closed');
    }

    /** @internal */
    public function wait(?\Closure $cancel, \Closure $call): mixed
    {
        return Native::wait($cancel, $this->logger, $call);
    }
}
