"""What can go wrong, as exceptions."""

from __future__ import annotations

from typing import TypedDict

from ._rate_limit import RateLimit


class Failure(TypedDict):
    """What the native library tells of a failure: what an exception is made of."""

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
    """Any failure of a call. Its text is one line for a person. It can be pickled.

    Attributes:
        status_name: the status in the C header's words, such as ``DC_ERR_TLS``: it tells more
            apart than the classes do.
        status_code: the HTTP status; None when there was no answer.
        code: the service's own code, such as ``unauthorized``; None when it gave none.
        field: the parameter that the service found wrong; None when it named none.
        request_id: the service's id for the request, for its support people.
        retry_after: the seconds to wait before another try, if the service asked.
        attempts: how many requests were made.
        rate_limit: the rate limit after the last request, as far as its answer told it.

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
        """Make one, as in a test of what you do about it."""
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
    """No connection to the service, or one that broke or could not be trusted."""


class APITimeoutError(APIConnectionError):
    """The time for the call, or for opening its connection, ran out."""


class CallCancelledError(DataConnectorsError):
    """The call was ended by its cancel token, or by ``shutdown`` of its client."""


class APIResponseError(DataConnectorsError):
    """An answer that isn't what the contract says, or that is larger than allowed."""


class APIStatusError(DataConnectorsError):
    """The service answered with a failure."""


class BadRequestError(APIStatusError):
    """400, or a 4xx that has no class of its own: the service refused the request as it was."""


class AuthenticationError(APIStatusError):
    """401: the token is wrong, revoked, or of another region."""


class PermissionDeniedError(APIStatusError):
    """403: the token may not do this."""


class NotFoundError(APIStatusError):
    """404: the base URL or the API version is wrong."""


class RateLimitError(APIStatusError):
    """429: too many requests; ``retry_after`` is how many seconds to wait, if the service said."""


class InternalServerError(APIStatusError):
    """5xx: the service, or a gateway in front of it, failed."""


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


def exception(status: int, failure: Failure) -> Exception:
    """Make the exception that a failure is."""
    if status == INVALID_ARGUMENT:
        return ValueError(failure["message"])
    kind = _BY_STATUS.get(status, DataConnectorsError)
    return (NotFoundError if failure["status_code"] == 404 else kind)(**failure)
