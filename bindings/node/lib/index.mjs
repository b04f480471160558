// One set of classes for both kinds of modules: an error of one is an error of the other.
import all from './index.js';

export const {
  Client,
  setMaxConcurrentCalls,
  libraryVersion,
  DataConnectorsError,
  InvalidArgumentError,
  ClosedError,
  ConnectionError,
  TimeoutError,
  TlsError,
  AuthenticationError,
  PermissionDeniedError,
  RateLimitError,
  BadRequestError,
  ServerError,
  ProtocolError,
  TooLargeError,
  PanicError,
  CancelledError,
  SystemError,
  ProxyError,
} = all;
