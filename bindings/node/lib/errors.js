'use strict';
// What can go wrong.

class DataConnectorsError extends Error {
  constructor(message, facts = {}) {
    super(message);
    this.code = facts.code ?? null;
    this.httpStatus = facts.httpStatus ?? null;
    this.apiCode = facts.apiCode ?? null;
    this.apiField = facts.apiField ?? null;
    this.requestId = facts.requestId ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.attempts = facts.attempts ?? 0;
    this.rateLimit = facts.rateLimit ?? rateLimit({});
  }
}

class InvalidArgumentError extends DataConnectorsError {
  constructor(message, facts) {
    super(message, { code: 'DC_ERR_INVALID_ARGUMENT', ...facts });
  }
}

class ClosedError extends DataConnectorsError {
  constructor(message, facts) {
    super(message, { code: 'DATA_CONNECTORS_CLOSED', ...facts });
  }
}

class ConnectionError extends DataConnectorsError {}
class TimeoutError extends DataConnectorsError {}
class TlsError extends DataConnectorsError {}
class AuthenticationError extends DataConnectorsError {}
class PermissionDeniedError extends DataConnectorsError {}
class RateLimitError extends DataConnectorsError {}
class BadRequestError extends DataConnectorsError {}
class ServerError extends DataConnectorsError {}
class ProtocolError extends DataConnectorsError {}
class TooLargeError extends DataConnectorsError {}
class PanicError extends DataConnectorsError {}
class CancelledError extends DataConnectorsError {}
class SystemError extends DataConnectorsError {}
class ProxyError extends DataConnectorsError {}

// Statuses that aren't failures, and the class of each that is. One that a later library has is the base class.
const OK = 0;
const DONE = 1;
const CANCELLED = -13;
const BY_STATUS = new Map([
  [-1, InvalidArgumentError],
  [-2, ConnectionError],
  [-3, TimeoutError],
  [-4, TlsError],
  [-5, AuthenticationError],
  [-6, PermissionDeniedError],
  [-7, RateLimitError],
  [-8, BadRequestError],
  [-9, ServerError],
  [-10, ProtocolError],
  [-11, TooLargeError],
  [-12, PanicError],
  [CANCELLED, CancelledError],
  [-14, SystemError],
  [-15, ProxyError],
]);

const classes = { DataConnectorsError, ClosedError };
for (const kind of BY_STATUS.values())
  classes[kind.name] = kind;
for (const [name, kind] of Object.entries(classes))
  Object.defineProperty(kind.prototype, 'name', { value: name, configurable: true, writable: true });

function rateLimit({ limit = null, remaining = null, reset = null }) {
  return Object.freeze({ limit, remaining, reset });
}

// The Error of a status and what the addon tells of it.
function failure(status, told) {
  const kind = BY_STATUS.get(status) ?? DataConnectorsError;
  return new kind(told.message, { ...told, rateLimit: rateLimit(told) });
}

module.exports = { BY_STATUS, CANCELLED, DONE, OK, classes, failure, rateLimit };
