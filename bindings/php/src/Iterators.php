<?php

/** Iterators over pages and connectors. */

declare(strict_types=1);

namespace DataConnectors;

/** Keeps its position: after a failure or a break, another foreach over it continues there. */
abstract class ListIterator implements \IteratorAggregate
{
    private ?Handle $handle;
    /** The received page and the cursor after it, until they are returned. */
    protected ?array $received = null;

    /** @internal */
    public function __construct(
        private readonly Client $client,
        ?int $perPage,
        protected ?string $cursor,
        private readonly ?\Closure $cancel,
        bool $prefetch,
    ) {
        $this->handle = Native::pager($client->handle(), $perPage, $cursor, $prefetch);
    }

    /**
     * Returns the cursor of the page that is requested next: store it to resume later with startingAfter. null before
     * the first page (unless the iterator was created with a cursor) and after the last one.
     */
    public function cursor(): ?string
    {
        return $this->cursor;
    }

    /** Frees the iterator, and cancels a prefetch. Otherwise this happens with its last reference. */
    public function close(): void
    {
        $this->handle = null;
    }

    /**
     * Receives the next page or the end of the list; returns whether it is a page.
     *
     * A signal handler can throw at any jump, function call or return. Therefore the received page is moved to the
     * caller in a single assignment, after those.
     */
    protected function fetch(): bool
    {
        $this->client->handle();
        $pager = $this->handle ?? throw new \LogicException('the iterator is closed');
        // A loop, as a signal handler may have consumed the received page.
        while ($this->received === null) {
            $this->client->wait($this->cancel, function () use ($pager): void {
                $page = Native::page('dc_pager_next', $pager->pointer, null);
                $this->received = [$page, Native::library()->dc_pager_cursor($pager->pointer)];
            });
        }
        return $this->received[0] !== null;
    }
}

/** Iterates over pages; see Client::pages(). */
final class Pages extends ListIterator
{
    /** Returns the next page, or null after the last one. */
    public function next(): ?Page
    {
        $this->fetch();
        [[$page, $this->cursor], $this->received] = [$this->received, null];
        return $page;
    }

    /** @return \Generator<int, Page> */
    public function getIterator(): \Generator
    {
        while ($this->fetch()) {
            [[$page, $this->cursor], $this->received] = [$this->received, null];
            yield $page;
        }
    }
}

/** Iterates over connectors, and requests pages as they are needed; see Client::list(). */
final class Connectors extends ListIterator
{
    private ?Page $page = null;
    private int $index = 0;

    /** @return \Generator<int, Connector> */
    public function getIterator(): \Generator
    {
        do {
            while (isset($this->page->connectors[$this->index])) {
                // Nothing can throw between counting a row and returning it: see fetch().
                yield $this->page->connectors[$this->index++];
            }
            $this->fetch();
            [[$this->page, $this->cursor], $this->received, $this->index] = [$this->received, null, 0];
        } while ($this->page !== null);
    }
}
