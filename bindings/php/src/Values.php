<?php

/** Results and exceptions of calls: plain values, copied from the library. */

declare(strict_types=1);

namespace DataConnectors;

/** Values of DataConnectorsException::$status. Later versions may add some. */
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

/** The X-RateLimit- headers of a response; null if absent. */
final readonly class RateLimit
{
    public function __construct(
        /** Requests allowed in the current window. */
        public ?int $limit = null,
        /** Requests that remain in it. */
        public ?int $remaining = null,
        /** Its end, in seconds since the Unix epoch. */
        public ?int $reset = null,
    ) {
    }
}

/** A failed call. The message is one line for users, with the request id; the code is the status. Unknown values are null. */
final class DataConnectorsException extends \RuntimeException
{
    public function __construct(
        string $message,
        /** One of Status::ERR_…. */
        public readonly int $status = Status::ERR_INVALID_ARGUMENT,
        /** Its name, such as "DC_ERR_TIMEOUT". */
        public readonly string $statusName = 'DC_ERR_INVALID_ARGUMENT',
        public readonly ?int $httpStatus = null,
        /** The service's error code, such as "unauthorized". */
        public readonly ?string $apiCode = null,
        /** The request parameter that the service rejected. */
        public readonly ?string $apiField = null,
        /** The service's request id, for support requests. */
        public readonly ?string $requestId = null,
        /** The delay that the service specified. */
        public readonly ?int $retryAfterMs = null,
        /** The number of requests; 0: the call failed before the first. */
        public readonly int $attempts = 0,
        public readonly RateLimit $rateLimit = new RateLimit(),
    ) {
        parent::__construct($message, $status);
    }
}

/** A data connector. A field that is missing, null or of another type is null. Strings may contain NULs. */
final readonly class Connector
{
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
        /** Milliseconds since the Unix epoch; null also for an invalid time, or one before 1970. */
        public ?int $createdAtMs,
        public ?int $updatedAtMs,
        /** The row as the service sent it, including undocumented fields. */
        public string $json,
    ) {
    }
}

/** One page of the list. */
final readonly class Page implements \Countable, \IteratorAggregate
{
    public function __construct(
        /** @var list<Connector> */
        public array $connectors,
        /** The startingAfter of the next page; null on the last one. */
        public ?string $nextCursor,
        /** Whether there is a next page. If nextCursor is null, the service specified it in an unsupported form. */
        public bool $hasNext,
        /** The service's request id, for support requests. */
        public ?string $requestId,
        public RateLimit $rateLimit,
        /** The response body. */
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
