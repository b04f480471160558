'use strict';
// The errors. `code` is the name of the status in C.

const UNKNOWN = Object.freeze({ limit: null, remaining: null, reset: null });

class DataConnectorsError extends Error {
  constructor(message, details) {
    super(message);
    Object.assign(this, {
      code: new.target.code ?? null, httpStatus: null, apiCode: null, apiField: null, requestId: null,
      retryAfterMs: null, attempts: 0, rateLimit: UNKNOWN, ...details,
    });
  }
}

function define(name, code) {
  const kind = class extends DataConnectorsError {};
  Object.defineProperty(kind, 'name', { value: name });
  Object.defineProperty(kind, 'code', { value: code });
  return kind;
}

exports.DataConnectorsError = DataConnectorsError;
exports.InvalidArgumentError = define('InvalidArgumentError', 'DC_ERR_INVALID_ARGUMENT');
exports.ConnectionError = define('ConnectionError', 'DC_ERR_CONNECTION');
exports.TimeoutError = define('TimeoutError', 'DC_ERR_TIMEOUT');
exports.TlsError = define('TlsError', 'DC_ERR_TLS');
exports.AuthenticationError = define('AuthenticationError', 'DC_ERR_UNAUTHORIZED');
exports.PermissionDeniedError = define('PermissionDeniedError', 'DC_ERR_FORBIDDEN');
exports.RateLimitError = define('RateLimitError', 'DC_ERR_RATE_LIMITED');
exports.BadRequestError = define('BadRequestError', 'DC_ERR_BAD_REQUEST');
exports.ServerError = define('ServerError', 'DC_ERR_SERVER');
exports.ProtocolError = define('ProtocolError', 'DC_ERR_PROTOCOL');
exports.TooLargeError = define('TooLargeError', 'DC_ERR_TOO_LARGE');
exports.PanicError = define('PanicError', 'DC_ERR_PANIC');
exports.CancelledError = define('CancelledError', 'DC_ERR_CANCELLED');
exports.SystemError = define('SystemError', 'DC_ERR_SYSTEM');
exports.ProxyError = define('ProxyError', 'DC_ERR_PROXY');
exports.ClosedError = define('ClosedError', 'DATA_CONNECTORS_CLOSED');

for (const kind of Object.values(exports))
  Object.defineProperty(kind.prototype, 'name', { value: kind.name, configurable: true, writable: true });
