<?php

/**
 * Lists the data connectors of an Intercom workspace, through libdata_connectors and PHP's FFI extension (PHP 8.2 on).
 *
 *     $client = new DataConnectors\Client(['token' => getenv('INTERCOM_ACCESS_TOKEN') ?: '']);
 *     foreach ($client->connectors(perPage: 50) as $connector) {
 *         echo $connector->id, ' ', $connector->name, "\n";
 *     }
 *
 * What fails throws DataConnectorsException; a closed client or walk \LogicException; a library that is missing or of
 * another version \RuntimeException, at first use. All values are copies: they need neither the client nor its page.
 */

declare(strict_types=1);

namespace DataConnectors;

use FFI\CData;

require_once __DIR__ . '/Values.php';
require_once __DIR__ . '/Library.php';
require_once __DIR__ . '/Native.php';

/** A client of one workspace. Make one and keep it: a warm connection saves a call most of its time. */
final class Client
{
    private ?Handle $handle;

    /**
     * Creates a client; nothing is sent yet. The options are those of the C header; null: the default. `options` sets
     * further options of the library by name, each to a string.
     *
     * @param array{token: string, base_url?: ?string, region?: ?string, allow_insecure_http?: ?bool,
     *     api_version?: ?string, user_agent_suffix?: ?string, timeout_ms?: ?int, connect_timeout_ms?: ?int,
     *     max_retries?: ?int, max_response_bytes?: ?int, proxy?: ?string, no_proxy?: ?string, ca_file?: ?string,
     *     system_roots?: ?bool, wait_for_rate_limit?: ?bool, options?: ?array<string, string>} $settings
     */
    public function __construct(#[\SensitiveParameter] array $settings)
    {
        $this->handle = Native::client($settings);
    }

    /**
     * Lists one page, newest update first; blocks until it is there.
     *
     * @param ?int $perPage 1 to 50; null: the service's default (20)
     * @param ?string $startingAfter the cursor of the page before; null: the first page
     * @param ?\Closure(): bool $cancel asked before the call, and every 15 ms while it waits: true ends it, with
     *     ERR_CANCELLED; what it throws ends it, too. It may use this client, but not suspend a fiber.
     */
    public function page(?int $perPage = null, ?string $startingAfter = null, ?\Closure $cancel = null): Page
    {
        $client = $this->handle();
        $perPage = Native::perPage($perPage);
        $startingAfter = Native::text('starting_after', $startingAfter);
        return Native::wait($cancel, static fn (?CData $token): Page
            => Native::page('dc_list_page', $client->pointer, $perPage, $startingAfter, $token));
    }

    /**
     * A walk over all pages, for foreach. When connectors change meanwhile, one can come twice, and one be missed.
     *
     * @param ?string $startingAfter the cursor to begin after, such as an earlier walk's; null: at the beginning
     * @param ?\Closure(): bool $cancel as for page()
     * @param bool $prefetch whether the library fetches the next page while you work on this one
     */
    public function pages(
        ?int $perPage = null,
        ?string $startingAfter = null,
        ?\Closure $cancel = null,
        bool $prefetch = false,
    ): Pages {
        return new Pages($this, $this->handle(), $perPage, $startingAfter, $cancel, $prefetch);
    }

    /** A walk over all connectors, for foreach; page by page as they are asked for. The arguments are pages()'s. */
    public function connectors(
        ?int $perPage = null,
        ?string $startingAfter = null,
        ?\Closure $cancel = null,
        bool $prefetch = false,
    ): Connectors {
        return new Connectors($this->pages($perPage, $startingAfter, $cancel, $prefetch));
    }

    /** Ends all calls under way, and refuses new ones: ERR_CANCELLED. For a signal's handler, or a $cancel. */
    public function shutdown(): void
    {
        Library::get()->dc_client_shutdown($this->handle()->pointer);
    }

    /** Frees the client: now, or when a call under way has returned. Later calls, also of its walks, are refused. */
    public function close(): void
    {
        $this->handle = null;
    }

    /** @internal */
    public function handle(): Handle
    {
        return $this->handle ?? throw new \LogicException('the client is closed');
    }

    public function __serialize(): array
    {
        throw new \LogicException('a client can\'t be serialized: make another one of its settings');
    }

    public function __debugInfo(): array
    {
        return ['closed' => $this->handle === null];
    }

    private function __clone()
    {
    }
}

/**
 * A walk over pages: foreach over it. After a failure, or when foreach was left, it stands where it was: another
 * foreach over it goes on from there.
 */
final class Pages implements \IteratorAggregate
{
    private ?Handle $handle;
    /** The page that came, and the cursor behind it: kept until it is given. */
    private ?array $came = null;

    /** @internal Client::pages() makes it. */
    public function __construct(
        private readonly Client $client,
        Handle $handle,
        ?int $perPage,
        private ?string $cursor,
        private readonly ?\Closure $cancel,
        bool $prefetch,
    ) {
        $this->handle = Native::pager($handle, $perPage, $cursor, $prefetch);
    }

    /** The next page, or null at the end. */
    public function next(): ?Page
    {
        $this->into($page);
        return $page;
    }

    /**
     * Gives the next page to where it is kept, with none of its rows given yet.
     *
     * @internal Where PHP jumps, or calls a function, or returns from one, a signal's handler can come and throw. So a
     * page, its cursor and its rows change hands in one assignment, after all that.
     */
    public function into(?Page &$page, int &$given = null): void
    {
        $this->fetch();
        [[$page, $this->cursor], $this->came, $given] = [$this->came, null, 0];
    }

    /** What to keep, to go on another time, as startingAfter. null: at the beginning, and at the end. */
    public function cursor(): ?string
    {
        return $this->cursor;
    }

    /** @return \Generator<int, Page> */
    public function getIterator(): \Generator
    {
        while ($this->fetch()) {
            [[$page, $this->cursor], $this->came] = [$this->came, null];
            yield $page;
        }
    }

    /** Has the next page, or the end, in came: true for a page. */
    private function fetch(): bool
    {
        $this->client->handle();
        $pager = $this->handle ?? throw new \LogicException('the walk is closed');
        // Not if: a handler may have taken what came.
        while ($this->came === null) {
            Native::wait($this->cancel, function (?CData $token) use ($pager): void {
                $page = Native::page('dc_pager_next', $pager->pointer, $token);
                $this->came = [$page, Library::get()->dc_pager_cursor($pager->pointer)];
            });
        }
        return $this->came[0] !== null;
    }

    /** Frees the walk, and ends a fetch ahead; else that is done when nothing refers to it. */
    public function close(): void
    {
        $this->handle = null;
    }

    public function __serialize(): array
    {
        throw new \LogicException('a walk can\'t be serialized: begin another one at its cursor');
    }

    private function __clone()
    {
    }
}

/** A walk over connectors: foreach over it. After a failure, or when foreach was left, another foreach goes on. */
final class Connectors implements \IteratorAggregate
{
    /** The page that the walk is in, and how many of its rows were given. */
    private ?Page $page = null;
    private int $given = 0;

    /** @internal Client::connectors() makes it. */
    public function __construct(
        /** The walk below: its cursor() is that of the page after the one that this walk is in. */
        public readonly Pages $pages,
    ) {
    }

    /** @return \Generator<int, Connector> */
    public function getIterator(): \Generator
    {
        do {
            while (isset($this->page->connectors[$this->given])) {
                // Nothing comes between counting a row and giving it: see Pages::into().
                yield $this->page->connectors[$this->given++];
            }
            $this->pages->into($this->page, $this->given);
        } while ($this->page !== null);
    }

    private function __clone()
    {
    }
}
