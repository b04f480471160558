<?php

declare(strict_types=1);

namespace DataConnectors;

/**
 * All connectors of a workspace, even if they change meanwhile: Client::snapshot() takes one. It never changes. Its
 * native memory is freed by close() or with its last reference.
 */
final class Snapshot implements \Countable, \IteratorAggregate
{
    /** By the value of DC_SNAPSHOT_…. */
    private const STATES = ['incomplete', 'complete', 'refreshed'];

    /**
     * "complete": every connector is in it, and those that were deleted before it was taken are not. "refreshed": the
     * same, but connectors that were deleted since the previous snapshot may still be in it. "incomplete": see $reason.
     * "unknown": one that this version does not know.
     */
    public readonly string $state;
    /** Whether the state is complete: connectors that were deleted before it was taken are not in it. */
    public readonly bool $isComplete;
    /** Why it is incomplete; otherwise null. */
    public readonly ?string $reason;
    /**
     * The time, by the service's clock, of the list that it has, in milliseconds since the Unix epoch; null, unknown, if
     * no pass over the list was finished.
     */
    public readonly ?int $asOfMs;

    /** @var ?list<Connector> */
    private ?array $connectors = null;

    /** @internal */
    public function __construct(private ?Handle $handle)
    {
        [$state, $this->reason, $this->asOfMs] = Native::snapshotAttributes($handle);
        $this->state = self::STATES[$state] ?? 'unknown';
        $this->isComplete = $this->state === 'complete';
    }

    /**
     * Loads a snapshot from its json(), such as from a file.
     *
     * @throws DataConnectorsException it is malformed, or of an unsupported version
     */
    public static function load(string $json): self
    {
        return Native::loadSnapshot($json);
    }

    /**
     * Returns the connectors, most recently updated first. Creates them at first use, and keeps them, also after
     * close().
     *
     * @return list<Connector>
     */
    public function connectors(): array
    {
        return $this->connectors ??= Native::snapshotConnectors($this->handle());
    }

    /** Returns the stored form, for load(): the rows as the service sent them. */
    public function json(): string
    {
        return Native::snapshotJson($this->handle());
    }

    /**
     * Compares it with an older snapshot of the workspace. Rows are arrays, as json_decode() returns them: {} becomes [],
     * and integers beyond 64 bits and long decimals lose precision. Connectors that an incomplete older snapshot lacks
     * may be in "added". If this snapshot is incomplete, additions and changes may be missing.
     *
     * @return array{added: list<array>, changed: list<array{id: string, fields: list<string>, old: array, new: array}>,
     *     removed: ?list<array>} removed is null, unknown, if this snapshot is not complete, or its $asOfMs is earlier
     *     than that of the other
     * @throws DataConnectorsException the snapshots have different base URLs
     */
    public function diff(self $older): array
    {
        return Native::snapshotDiff($this->handle(), $older->handle());
    }

    /** Frees the native memory now: json(), diff() and a first use of the connectors then throw a \LogicException. */
    public function close(): void
    {
        $this->handle = null;
    }

    /** Returns the number of connectors. Does not create them. */
    public function count(): int
    {
        return $this->connectors === null ? Native::snapshotCount($this->handle()) : count($this->connectors);
    }

    /** @return \ArrayIterator<int, Connector> */
    public function getIterator(): \ArrayIterator
    {
        return new \ArrayIterator($this->connectors());
    }

    /** @internal */
    public function handle(): Handle
    {
        return $this->handle ?? throw new \LogicException('the snapshot is closed');
    }
}
