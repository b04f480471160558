/// <reference lib="esnext.disposable" />
import type { LibraryOptions } from './options';

/** The options of a client. null and undefined select the default. Unknown options are rejected. */
export interface ClientOptions extends LibraryOptions {
  /** Options by their names in C, such as `{ timeout_ms: '30000' }`, including those of newer libraries. */
  options?: { readonly [name: string]: string } | null;
  /** Receives log lines, such as `console`. Those of a call are delivered while it is in progress. */
  logger?: Logger | null;
  /** The least severe level that `logger` receives [default: "info"]. */
  logLevel?: keyof Logger;
}

/** A failed call is an error, a retry a warning; a response is logged as info, a request as debug. */
export interface Logger {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

export interface PageOptions {
  /** Maximum number of connectors on a page, 1 to 50; null or 0 selects the service's default (20). */
  perPage?: number | null;
  /** `nextCursor` of the previous page; null selects the first page. */
  startingAfter?: string | null;
  /** Cancels the call, or the current and all later calls of an iterator. They reject with `signal.reason`. */
  signal?: AbortSignal | null;
}

export interface ListOptions extends PageOptions {
  /** Requests the next page while you process the current one. The prefetched page can be stale when it is used. */
  prefetch?: boolean | null;
}

/** A data connector: a plain frozen object. A field that is missing or has another type is null. */
export interface Connector {
  readonly type: string | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly description: string | null;
  /** "draft" or "live"; the service may add others. */
  readonly state: string | null;
  /** 1: draft, 2: live, 0: one that this version doesn't know. */
  readonly stateCode: number | null;
  /** "get", "post", "put", "delete" or "patch"; the service may add others. */
  readonly httpMethod: string | null;
  /** 1: get, 2: post, 3: put, 4: delete, 5: patch, 0: one that this version doesn't know. */
  readonly httpMethodCode: number | null;
  /** Whether Fin may use it directly. */
  readonly directFinUsage: boolean | null;
  readonly createdByAdminId: string | null;
  readonly updatedByAdminId: string | null;
  /** As the service sends it: "2025-11-15T09:30:00Z". */
  readonly createdAt: string | null;
  /** For `new Date(…)`; also null if `createdAt` is invalid or before 1970. */
  readonly createdAtMs: number | null;
  readonly updatedAt: string | null;
  readonly updatedAtMs: number | null;
  /** Path: "/data_connectors/12345/execution_results". */
  readonly executionResultsUrl: string | null;
}

/** The rate limit that a response reported; null: not reported. */
export interface RateLimit {
  /** Requests allowed in the current window. */
  readonly limit: number | null;
  /** Requests that remain in it. */
  readonly remaining: number | null;
  /** Its end, in seconds since the Unix epoch. */
  readonly reset: number | null;
}

/** One page: a plain frozen object. */
export interface Page {
  /** In the order of the service. May be empty although there is a next page. */
  readonly connectors: readonly Connector[];
  /** The `startingAfter` of the next page; null on the last page. */
  readonly nextCursor: string | null;
  /** Whether there is a next page, even if the service specified it in an unsupported form. */
  readonly hasNext: boolean;
  /** The service's request id, for support requests. */
  readonly requestId: string | null;
  readonly rateLimit: RateLimit;
  /** The response body as the service sent it. */
  readonly json: string;
}

/** After an error the next `next()` requests the same page again. */
export interface ListIterator<T> {
  next(): Promise<IteratorResult<T, undefined>>;
  /** Stops the iteration and cancels its call in progress. */
  return(value?: any): Promise<IteratorResult<T, any>>;
  /** return(), for `await using`; in Node 18.18, 20 and later. */
  [Symbol.asyncDispose](): Promise<void>;
  [Symbol.asyncIterator](): this;
}

export interface PageIterator extends ListIterator<Page> {
  /** Cursor of the page that `next()` requests, for `startingAfter`. null before the first page and after the last. */
  readonly cursor: string | null;
}

/** All connectors of a workspace, requested page by page. Iterations are independent. */
export interface ConnectorList {
  [Symbol.asyncIterator](): ListIterator<Connector>;
  /** Iterates over pages. */
  pages(): PageIterator;
}

/** null and undefined select the default. */
export interface SnapshotOptions {
  /** The previous snapshot of the workspace: requests only what changed since, usually one page. */
  previous?: Snapshot | null;
  /** The longest time until the service lists a change, 0 to 3600000 [default: 60000]. */
  overlapMs?: number | null;
  /** Maximum number of passes over the list, 1 to 1000 [default: 20]. */
  maxPasses?: number | null;
  /** Timeout of the whole call, 1 to 86400000 [default: 300000]. The client's timeout applies to each request. */
  timeoutMs?: number | null;
  /** Cancels the call, which rejects with `signal.reason`. */
  signal?: AbortSignal | null;
}

/**
 * A row, as JSON.parse() returns it, with the service's names: `http_method`, not `httpMethod`. Integers beyond 2^53 and
 * long decimals lose precision.
 */
export type Row = { readonly [field: string]: unknown };

/** What changed between two snapshots. If the newer one is incomplete, additions and changes may be missing. */
export interface SnapshotDiff {
  /** If the older snapshot is incomplete, connectors that it lacks may be among them. */
  readonly added: readonly Row[];
  /** With the names of the changed fields, and the row before and after. */
  readonly changed: readonly
    { readonly id: string; readonly fields: readonly string[]; readonly old: Row; readonly new: Row }[];
  /** null: unknown, as the newer snapshot is not complete, or its `asOfMs` is earlier than that of the other. */
  readonly removed: readonly Row[] | null;
}

/**
 * All connectors of a workspace, even if they change meanwhile. It never changes. Its native memory is freed by
 * close(), or by the garbage collector.
 */
export class Snapshot {
  private constructor();

  /** Loads a snapshot from its `json`. @throws InvalidArgumentError: it is malformed, or of an unsupported version. */
  static load(json: string): Snapshot;

  /**
   * "complete": every connector is in it, and those that were deleted before it was taken are not. "refreshed": the
   * same, but connectors that were deleted since `previous` may still be in it. "incomplete": see `reason`. "unknown":
   * one that this version doesn't know.
   */
  readonly state: 'complete' | 'refreshed' | 'incomplete' | 'unknown';
  /** Whether the state is complete: connectors that were deleted before it was taken are not in it. */
  readonly isComplete: boolean;
  /** Why it is incomplete; otherwise null. */
  readonly reason: string | null;
  /**
   * The time, by the service's clock, of the list that it has, for `new Date(…)`; null, unknown, if no pass over the list
   * was finished.
   */
  readonly asOfMs: number | null;
  /** Most recently updated first. Created at first use, and kept. @throws ClosedError. TooLargeError. */
  get connectors(): readonly Connector[];
  /** The stored form, for load(): the rows as the service sent them. Not kept. @throws ClosedError. TooLargeError. */
  get json(): string;

  /** Returns what changed since an older snapshot of the workspace. @throws ClosedError. InvalidArgumentError. */
  diff(older: Snapshot): SnapshotDiff;

  /** Frees the native memory. `connectors` remains if it was used before; all other uses throw ClosedError. */
  close(): void;
  /** close(), for `using`; in Node 18.18, 20 and later. */
  [Symbol.dispose](): void;
}

/** A client of one workspace. It keeps connections open: create one and keep it. */
export class Client {
  /** Creates a client. Nothing is sent yet. @throws InvalidArgumentError: an option is invalid. */
  constructor(options: ClientOptions);

  /** Lists one page, most recently updated first. Rejects with a DataConnectorsError, or with `signal.reason`. */
  listPage(options?: PageOptions): Promise<Page>;

  /** Lists all connectors. @throws InvalidArgumentError: an option is invalid. ClosedError: the client is closed. */
  list(options?: ListOptions): ConnectorList;

  /**
   * Takes a snapshot of all connectors: a request per 50 of them and one more. If the first request fails, the call
   * fails. If a later request fails and its retries fail too, the snapshot is incomplete. Rejects with a
   * DataConnectorsError, or with `signal.reason`.
   */
  snapshot(options?: SnapshotOptions): Promise<Snapshot>;

  /** Makes new calls reject with ClosedError. Resolves when the calls in progress have finished. */
  close(): Promise<void>;

  /** close(), but cancels the calls in progress, which reject with CancelledError. */
  shutdown(): Promise<void>;

  readonly closed: boolean;

  /** Closes without waiting, for `using`; in Node 18.18, 20 and later. */
  [Symbol.dispose](): void;
  /** close(), for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Sets how many calls of this thread run at once, 1 to 128 [default: 16]. Others wait. */
export function setMaxConcurrentCalls(count: number): void;

/** The version of the native library. */
export const libraryVersion: string;

/** The properties of an error that a test creates. */
export type ErrorDetails = { -readonly [Name in Exclude<keyof DataConnectorsError, keyof Error> | 'code']?:
  DataConnectorsError[Name] };

/** A failed call. The message ends with the request id, if there is one. No member contains the access token. */
export class DataConnectorsError extends Error {
  constructor(message?: string, details?: ErrorDetails);
  /** The status in C, such as "DC_ERR_TIMEOUT". */
  readonly code: string | null;
  /** null without a response. */
  readonly httpStatus: number | null;
  /** The service's error code, such as "unauthorized". */
  readonly apiCode: string | null;
  /** The request parameter that the service rejected. */
  readonly apiField: string | null;
  /** The service's request id, for support requests. */
  readonly requestId: string | null;
  /** The delay before the next request that the service specified. */
  readonly retryAfterMs: number | null;
  /** Number of requests that the call made. */
  readonly attempts: number;
  readonly rateLimit: RateLimit;
}

/** An option or argument is invalid. Nothing was sent. */
export class InvalidArgumentError extends DataConnectorsError {}
/** The client is closed. `code` is "DATA_CONNECTORS_CLOSED". */
export class ClosedError extends DataConnectorsError {}
/** The connection could not be opened, or broke. */
export class ConnectionError extends DataConnectorsError {}
/** The timeout of the call, or of opening its connection, expired. */
export class TimeoutError extends DataConnectorsError {}
/** The server's certificate is not trusted, or TLS failed in another way. */
export class TlsError extends DataConnectorsError {}
/** HTTP 401: the access token is invalid, revoked, or of another region. */
export class AuthenticationError extends DataConnectorsError {}
/** HTTP 403: the access token lacks a permission, or a gateway rejected the request. */
export class PermissionDeniedError extends DataConnectorsError {}
/** HTTP 429: too many requests. See `retryAfterMs`. */
export class RateLimitError extends DataConnectorsError {}
/** Any other HTTP 4xx. */
export class BadRequestError extends DataConnectorsError {}
/** HTTP 5xx: the service, or a gateway in front of it, failed. */
export class ServerError extends DataConnectorsError {}
/** The response violates the API contract: malformed JSON, a redirect, a repeated cursor. */
export class ProtocolError extends DataConnectorsError {}
/** The response is larger than `maxResponseBytes`, or than the maximum length of a string in Node. */
export class TooLargeError extends DataConnectorsError {}
/** A bug in the library. */
export class PanicError extends DataConnectorsError {}
/** The call was cancelled by `shutdown()`. A call that a signal cancels rejects with the signal's reason instead. */
export class CancelledError extends DataConnectorsError {}
/** Out of threads or file descriptors, or of memory for a response. */
export class SystemError extends DataConnectorsError {}
/** The proxy refused the CONNECT tunnel. */
export class ProxyError extends DataConnectorsError {}
