"""The exceptions."""

from __future__ import annotations

from typing import TypedDict

from ._rate_limit import RateLimit


class ErrorFields(TypedDict):
    """The fields of a native error, which become the attributes of an exception."""

    message: str
    status_name: str | None
    status_code: int | None
    code: str | None
    field: str | None
    request_id: str | None
    retry_after: float | None
    attempts: int
    rate_limit: RateLimit


class DataConnectorsError(Exception):
    """A call failed. The base class of all exceptions of this package, with a one-line message.

    It can be pickled.

    Attributes:
        status_name: the C library's status, such as ``DC_ERR_TLS``, which is more specific than
            the class.
        status_code: the HTTP status; None without a response.
        code: the service's error code, such as ``unauthorized``; None if there is none.
        field: the parameter that the error refers to; None if there is none.
        request_id: the service's request id, for its support; None if there is none.
        retry_after: the seconds to wait before the next request; None if there is no such delay.
        attempts: the number of requests sent.
        rate_limit: the rate limit after the last request.

    """

    def __init__(
        self,
        message: str = "",
        *,
        status_name: str | None = None,
        status_code: int | None = None,
        code: str | None = None,
        field: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        attempts: int = 0,
        rate_limit: RateLimit | None = None,
    ) -> None:
        """Create an exception, for example in a test."""
        super().__init__(message)
        self.status_name = status_name
        self.status_code = status_code
        self.code = code
        self.field = field
        self.request_id = request_id
        self.retry_after = retry_after
        self.attempts = attempts
        self.rate_limit = rate_limit or RateLimit(None, None, None)


class APIConnectionError(DataConnectorsError):
    """A connection, its TLS handshake or a proxy failed, or the connection was lost."""


class APITimeoutError(APIConnectionError):
    """The call or its connection attempt timed out."""


class CallCancelledError(DataConnectorsError):
    """The call was cancelled, by its cancel token or by the client's ``shutdown``."""


class APIResponseError(DataConnectorsError):
    """The response is malformed, or larger than max_response_bytes."""


class APIStatusError(DataConnectorsError):
    """The service returned an HTTP error response."""


class BadRequestError(APIStatusError):
    """400, or a 4xx without its own class: the service rejected the request."""


class AuthenticationError(APIStatusError):
    """401: the access token is invalid, revoked, or for another region."""


class PermissionDeniedError(APIStatusError):
    """403: the access token lacks the permission."""


class NotFoundError(APIStatusError):
    """404: check the base URL and the API version."""


class RateLimitError(APIStatusError):
    """429: too many requests; wait ``retry_after`` seconds."""


class InternalServerError(APIStatusError):
    """5xx: the service or a gateway failed."""


_BY_STATUS: dict[int, type[DataConnectorsError]] = {
    -2: APIConnectionError,
    -3: APITimeoutError,
    -4: APIConnectionError,
    -5: AuthenticationError,
    -6: PermissionDeniedError,
    -7: RateLimitError,
    -8: BadRequestError,
    -9: InternalServerError,
    -10: APIResponseError,
    -11: APIResponseError,
    -13: CallCancelledError,
    -15: APIConnectionError,
}

INVALID_ARGUMENT = -1


def create_exception(status: int, fields: ErrorFields) -> Exception:
    """Create the exception for a failure."""
    if status == INVALID_ARGUMENT:
        return ValueError(fields["message"])
    kind = _BY_STATUS.get(status, DataConnectorsError)
    return (NotFoundError if fields["status_code"] == 404 else kind)(**fields)
