<?php

/** What the wrapper gives: connectors, pages, failures. Plain values, copied out of the library. */

declare(strict_types=1);

namespace DataConnectors;

/** The numbers of DataConnectorsException::$status, as in the C header. New ones may come. */
final class Status
{
    public const OK = 0;
    public const DONE = 1;
    public const ERR_INVALID_ARGUMENT = -1;
    public const ERR_CONNECTION = -2;
    public const ERR_TIMEOUT = -3;
    public const ERR_TLS = -4;
    public const ERR_UNAUTHORIZED = -5;
    public const ERR_FORBIDDEN = -6;
    public const ERR_RATE_LIMITED = -7;
    public const ERR_BAD_REQUEST = -8;
    public const ERR_SERVER = -9;
    public const ERR_PROTOCOL = -10;
    public const ERR_TOO_LARGE = -11;
    public const ERR_PANIC = -12;
    public const ERR_CANCELLED = -13;
    public const ERR_SYSTEM = -14;
    public const ERR_PROXY = -15;
}

/** What an answer's X-RateLimit- headers said. null: nothing. */
final readonly class RateLimit
{
    public function __construct(
        public ?int $limit,
        public ?int $remaining,
        /** Seconds since the Unix epoch. */
        public ?int $reset,
    ) {
    }
}

/** A failure: its message is one line for a person, its code the status. It never has the token. null: not told. */
final class DataConnectorsException extends \RuntimeException
{
    public function __construct(
        string $message,
        /** One of Status::ERR_…. */
        public readonly int $status,
        /** Its name in the C header, such as "DC_ERR_TIMEOUT". */
        public readonly string $statusName,
        public readonly ?int $httpStatus = null,
        public readonly ?string $apiCode = null,
        public readonly ?string $apiField = null,
        /** What the service's support people ask for. */
        public readonly ?string $requestId = null,
        /** How long the service asked to wait before another try. */
        public readonly ?int $retryAfterMs = null,
        /** The requests made; 0: it failed before one. */
        public readonly int $attempts = 0,
        public readonly RateLimit $rateLimit = new RateLimit(null, null, null),
    ) {
        parent::__construct($message, $status);
    }
}

/** A data connector. A field that is missing, null or of another type is null. Texts are UTF-8, and may have NULs. */
final readonly class Connector
{
    public const STATE_UNKNOWN = 0;
    public const STATE_DRAFT = 1;
    public const STATE_LIVE = 2;
    public const HTTP_METHOD_UNKNOWN = 0;
    public const HTTP_METHOD_GET = 1;
    public const HTTP_METHOD_POST = 2;
    public const HTTP_METHOD_PUT = 3;
    public const HTTP_METHOD_DELETE = 4;
    public const HTTP_METHOD_PATCH = 5;

    public function __construct(
        public ?string $type,
        public ?string $id,
        public ?string $name,
        public ?string $description,
        public ?string $state,
        public ?string $httpMethod,
        public ?bool $directFinUsage,
        public ?string $createdByAdminId,
        public ?string $updatedByAdminId,
        public ?string $createdAt,
        public ?string $updatedAt,
        public ?string $executionResultsUrl,
        /** The row as the service sent it, unknown fields and all. */
        public string $json,
        /** One of STATE_…, for the state. */
        public ?int $stateCode,
        /** One of HTTP_METHOD_…. */
        public ?int $httpMethodCode,
        /** Milliseconds since the Unix epoch; null also for what is no time, or before 1970. */
        public ?int $createdAtMs,
        public ?int $updatedAtMs,
    ) {
    }
}

/** One page of the list: count() it, or foreach over its connectors. */
final readonly class Page implements \Countable, \IteratorAggregate
{
    public function __construct(
        /** @var list<Connector> */
        public array $connectors,
        /** What to pass as startingAfter for the next page; null: this is the last one. */
        public ?string $nextCursor,
        /** True without a cursor: the service named a next page, but in a form that can't be followed. */
        public bool $hasNext,
        public ?string $requestId,
        public RateLimit $rateLimit,
        /** The answer as the service sent it. */
        public string $json,
    ) {
    }

    public function count(): int
    {
        return count($this->connectors);
    }

    /** @return \ArrayIterator<int, Connector> */
    public function getIterator(): \ArrayIterator
    {
        return new \ArrayIterator($this->connectors);
    }
}
