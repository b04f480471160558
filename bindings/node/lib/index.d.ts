// The types of data-connectors; lib/index.d.mts is the same for ES modules.
/// <reference lib="esnext.disposable" />

/** How to reach the workspace. null and undefined stand for the default; a name that isn't here is refused. */
export interface Settings {
  /** The workspace's access token, without the word Bearer. The object keeps no copy that JavaScript can see. */
  token: string;
  /** The data centre of the workspace [default: "us"]. Not together with `baseUrl`. */
  region?: 'us' | 'eu' | 'au' | null;
  /** Where the service is, if not in a region: "https://host[:port][/path]", or "http://" to loopback. */
  baseUrl?: string | null;
  /** Whether the token may go unencrypted to another machine: for a test network only [default: false]. */
  allowInsecureHttp?: boolean | null;
  /** The Intercom-Version to ask for [default: "Preview"]. */
  apiVersion?: string | null;
  /** Your program's name, behind the library's in User-Agent. */
  userAgentSuffix?: string | null;
  /** Time for a whole call, retries and waits included, in ms, 1 to 86400000 [default: 60000]. */
  timeoutMs?: number | null;
  /** Time for opening a connection, in ms, 1 to 86400000 [default: 10000]. */
  connectTimeoutMs?: number | null;
  /** How often a call is tried again after a failure that may pass, 0 to 10 [default: 2]. */
  maxRetries?: number | null;
  /** The largest answer taken, in bytes after decompression, 1024 to 1073741824 [default: 8388608]. */
  maxResponseBytes?: number | null;
  /** An HTTP proxy, gone through by CONNECT: "http://[user:password@]host[:port]". */
  proxy?: string | null;
  /** Hosts to reach directly although there is a proxy, with commas between. */
  noProxy?: string | null;
  /** A PEM file of certificate authorities to trust instead of the bundled ones. Not together with `systemRoots`. */
  caFile?: string | null;
  /** Whether to trust the system's certificate authorities instead of the bundled ones [default: false]. */
  systemRoots?: boolean | null;
  /** Whether to wait for the reset of the rate limit when no requests remain, instead of failing with 429
   *  [default: false]. */
  waitForRateLimit?: boolean | null;
  /** Options by their names in data_connectors.h, such as `{ timeout_ms: '30000' }`: for those of a newer library. */
  options?: { readonly [name: string]: string } | null;
}

/** What is used of an AbortSignal. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: any;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface PageOptions {
  /** The most rows on a page, 1 to 50; null or 0: the service's default (20). */
  perPage?: number | null;
  /** The cursor of the page before; null: the first page. */
  startingAfter?: string | null;
  /** Ends the call, or the walk's call under way and all later ones; it then rejects with `signal.reason`. */
  signal?: AbortSignalLike | null;
}

export interface WalkOptions extends PageOptions {
  /** Whether to fetch the next page while you work on this one; it may then be as old as that work took. */
  prefetch?: boolean | null;
}

/** One row, frozen. What the service left out, or sent in another type, is null. */
export interface Connector {
  readonly type: string | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly description: string | null;
  /** "draft" or "live"; other values may come. */
  readonly state: string | null;
  /** 1: draft, 2: live, 0: one that this version doesn't know. */
  readonly stateCode: number | null;
  /** "get", "post", "put", "delete" or "patch"; other values may come. */
  readonly httpMethod: string | null;
  /** 1: get, 2: post, 3: put, 4: delete, 5: patch, 0: one that this version doesn't know. */
  readonly httpMethodCode: number | null;
  /** Whether it is assigned to Fin for direct usage. */
  readonly directFinUsage: boolean | null;
  readonly createdByAdminId: string | null;
  readonly updatedByAdminId: string | null;
  /** As the service writes it: "2025-11-15T09:30:00Z". */
  readonly createdAt: string | null;
  /** For `new Date(…)`; null also when `createdAt` is no time, or before 1970. */
  readonly createdAtMs: number | null;
  readonly updatedAt: string | null;
  readonly updatedAtMs: number | null;
  /** "/data_connectors/12345/execution_results" */
  readonly executionResultsUrl: string | null;
}

/** What the service said of its rate limit; null: nothing. */
export interface RateLimit {
  /** Requests in the current window. */
  readonly limit: number | null;
  /** How many of them are left. */
  readonly remaining: number | null;
  /** When the window ends, in seconds since the Unix epoch. */
  readonly reset: number | null;
}

/** One page, frozen. */
export interface Page {
  /** Its rows, in the service's order; there may be none and still a next page. */
  readonly connectors: readonly Connector[];
  /** What to pass as `startingAfter` for the next page; null on the last one. */
  readonly nextCursor: string | null;
  /** Whether the service named a next page, even in a form that can't be followed. */
  readonly hasNext: boolean;
  /** The service's id for the request, for its support people. */
  readonly requestId: string | null;
  readonly rateLimit: RateLimit;
  /** The answer's own JSON. One that is too long for a string in Node, 512 MiB, is a TooLargeError. */
  readonly json: string;
}

/**
 * A walk over connectors. After a failure it stands where it was: `next()` goes on from there. It has no cursor, as it
 * may be amid a page: to go on another time, walk over `pages()`.
 */
export interface ConnectorWalk {
  next(): Promise<IteratorResult<Connector, undefined>>;
  /** Leaves the walk: a call under way is ended, what is native is freed. */
  return(value?: any): Promise<IteratorResult<Connector, any>>;
  /** return(), for `await using`; in Node 18.18, 20 and later. */
  [Symbol.asyncDispose](): Promise<void>;
  [Symbol.asyncIterator](): ConnectorWalk;
}

/** A walk over pages. After a failure it stands where it was: `next()` goes on from there. */
export interface PageWalk {
  /** The cursor of the page that `next()` will ask for, to go on another time; null at the start, and at the end. */
  readonly cursor: string | null;
  next(): Promise<IteratorResult<Page, undefined>>;
  /** Leaves the walk: a call under way is ended, what is native is freed. */
  return(value?: any): Promise<IteratorResult<Page, any>>;
  /** return(), for `await using`; in Node 18.18, 20 and later. */
  [Symbol.asyncDispose](): Promise<void>;
  [Symbol.asyncIterator](): PageWalk;
}

/** All connectors of a workspace, lazily. Each `for await` over it is a walk of its own. */
export interface ConnectorList {
  [Symbol.asyncIterator](): ConnectorWalk;
  /** The same, page by page. */
  pages(): PageWalk;
}

/** A client of one workspace, with its pool of connections: make one and keep it. */
export class Client {
  /** @throws InvalidArgumentError: a setting was refused. Nothing is sent yet. */
  constructor(settings: Settings);

  /** Lists one page, newest update first. Rejects with a DataConnectorsError, or with `signal.reason`. */
  listPage(options?: PageOptions): Promise<Page>;

  /**
   * Lists all connectors, page by page as they are asked for.
   * @throws InvalidArgumentError: an option was refused. ClosedError: the client is closed.
   */
  list(options?: WalkOptions): ConnectorList;

  /** Ends calls under way, which reject with CancelledError, and refuses later ones with ClosedError. Twice is fine. */
  close(): void;

  readonly closed: boolean;

  /** close(), for `using`; in Node 18.18, 20 and later. */
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How many native calls this thread's environment makes at a time, 1 to 128 [default: 16]; those beyond it queue. */
export function setMaxConcurrentCalls(count: number): void;

/** The version of the native library that was loaded. */
export const libraryVersion: string;

/** What is known of a failure, to make an error in a test of yours. */
export type Facts = { -readonly [Name in Exclude<keyof DataConnectorsError, keyof Error> | 'code']?:
  DataConnectorsError[Name] };

/** Any failure of a call. The message is one line for a person; neither it nor a field has the token. */
export class DataConnectorsError extends Error {
  constructor(message?: string, facts?: Facts);
  /** The status' name in C, such as "DC_ERR_TIMEOUT". */
  readonly code: string | null;
  /** null when there was no answer. */
  readonly httpStatus: number | null;
  /** The service's own code, such as "unauthorized". */
  readonly apiCode: string | null;
  /** The parameter that the service found wrong. */
  readonly apiField: string | null;
  readonly requestId: string | null;
  /** How long the service asked to wait before another try. */
  readonly retryAfterMs: number | null;
  /** How many requests the call made. */
  readonly attempts: number;
  readonly rateLimit: RateLimit;
}

/** A setting or an argument was refused; nothing was sent. */
export class InvalidArgumentError extends DataConnectorsError {}
/** The client was closed before the call. Its code is "DATA_CONNECTORS_CLOSED". */
export class ClosedError extends DataConnectorsError {}
/** No connection, or one that broke. */
export class ConnectionError extends DataConnectorsError {}
/** The time for the call, or for opening its connection, ran out. */
export class TimeoutError extends DataConnectorsError {}
/** The server could not be trusted, or TLS failed in another way. */
export class TlsError extends DataConnectorsError {}
/** 401: the token is wrong, revoked, or of another region. */
export class AuthenticationError extends DataConnectorsError {}
/** 403: the token may not do this, or something in front of the service said no. */
export class PermissionDeniedError extends DataConnectorsError {}
/** 429: too many requests; `retryAfterMs` says how long to wait, if the service did. */
export class RateLimitError extends DataConnectorsError {}
/** Any other 4xx; `httpStatus` tells which. */
export class BadRequestError extends DataConnectorsError {}
/** 5xx: the service, or a gateway in front of it, failed. */
export class ServerError extends DataConnectorsError {}
/** An answer the contract doesn't allow: not whole JSON, a redirect, a cursor that came back. */
export class ProtocolError extends DataConnectorsError {}
/** The answer is larger than `maxResponseBytes`, or its JSON than a string can be. */
export class TooLargeError extends DataConnectorsError {}
/** A bug of the library's own, caught at its border. */
export class PanicError extends DataConnectorsError {}
/** The call was ended by `close()`. (One that a signal ended rejects with the signal's reason.) */
export class CancelledError extends DataConnectorsError {}
/** The system gave no thread, file descriptor or memory. */
export class SystemError extends DataConnectorsError {}
/** The proxy did not open a way to the service. */
export class ProxyError extends DataConnectorsError {}
