<?php

/** Iterators over pages and connectors. */

declare(strict_types=1);

namespace DataConnectors;

/** Keeps its position: after a failure, or when foreach was left, another foreach over it continues there. */
abstract class ListIterator implements \IteratorAggregate
{
    private ?Handle $handle;
    /** The page that has arrived and the cursor after it, until they are returned. */
    protected ?array $arrived = null;

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
     * Returns the cursor of the page that is requested next: store it to continue later with startingAfter. null before
     * the first page (unless the iterator was given a cursor) and after the last one.
     */
    public function cursor(): ?string
    {
        return $this->cursor;
    }

    /** Frees the iterator, and cancels a prefetch; otherwise that happens when nothing refers to it. */
    public function close(): void
    {
        $this->handle = null;
    }

    /**
     * Waits until the next page or the end has arrived; returns whether it is a page.
     *
     * A signal handler can throw where PHP jumps, calls a function, or returns from one. So what has arrived is moved
     * in one assignment, after all that.
     */
    protected function fetch(): bool
    {
        $this->client->handle();
        $pager = $this->handle ?? throw new \LogicException('the iterator is closed');
        // Not if: a handler may have taken what arrived.
        while ($this->arrived === null) {
            $this->client->wait($this->cancel, function () use ($pager): void {
                $page = Native::page('dc_pager_next', $pager->pointer, null);
                $this->arrived = [$page, Native::library()->dc_pager_cursor($pager->pointer)];
            });
        }
        return $this->arrived[0] !== null;
    }
}

/** Iterates over pages; see Client::pages(). */
final class Pages extends ListIterator
{
    /** Returns the next page, or null after the last one. */
    public function next(): ?Page
    {
        $this->fetch();
        [[$page, $this->cursor], $this->arrived] = [$this->arrived, null];
        return $page;
    }

    /** @return \Generator<int, Page> */
    public function getIterator(): \Generator
    {
        while ($this->fetch()) {
            [[$page, $this->cursor], $this->arrived] = [$this->arrived, null];
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
            [[$this->page, $this->cursor], $this->arrived, $this->index] = [$this->arrived, null, 0];
        } while ($this->page !== null);
    }
}
