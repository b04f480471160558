package dataconnectors;

import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/** What the library tells of a failure: what an exception is made of. What isn't known is null. */
record Failure(
        int status,
        String message,
        Integer httpStatus,
        String apiCode,
        String apiField,
        String requestId,
        Duration retryAfter,
        int attempts,
        RateLimit rateLimit) implements Serializable {

    /** Makes the exception that a failed call throws, and frees its error. */
    static RuntimeException exception(int status, MemorySegment error) {
        Failure failure;
        try {
            failure = read(status, error);
        } finally {
            Native.call(Functions.ERROR_FREE, error);
        }
        return switch (Status.of(status)) {
            case INVALID_ARGUMENT -> new IllegalArgumentException(failure.message);
            case CONNECTION, TIMEOUT, TLS, PROXY -> new ApiConnectionException(failure);
            case UNAUTHORIZED, FORBIDDEN, RATE_LIMITED, BAD_REQUEST, SERVER -> new ApiStatusException(failure);
            case PROTOCOL, TOO_LARGE -> new ApiResponseException(failure);
            case CANCELLED -> new CallCancelledException(failure);
            case SYSTEM, PANIC, UNKNOWN -> new DataConnectorsException(failure);
        };
    }

    /** A failure that this package finds itself, before anything was sent. */
    static Failure ofUs(Status status, String message) {
        return new Failure(status.code(), message, null, null, null, null, null, 0, RateLimit.of(-1, -1, -1));
    }

    private static Failure read(int status, MemorySegment error) {
        int httpStatus = Native.int32(Functions.ERROR_HTTP_STATUS, error);
        long retryAfter = Native.int64(Functions.ERROR_RETRY_AFTER_MS, error);
        return new Failure(
                status,
                Interrupts.ended(status)
                        ? "the call was ended: the thread was interrupted"
                        : Native.text(Functions.ERROR_MESSAGE, error),
                httpStatus == 0 ? null : httpStatus,
                Native.text(Functions.ERROR_API_CODE, error),
                Native.text(Functions.ERROR_API_FIELD, error),
                Native.text(Functions.ERROR_REQUEST_ID, error),
                retryAfter < 0 ? null : Duration.ofMillis(retryAfter),
                Native.int32(Functions.ERROR_ATTEMPTS, error),
                RateLimit.read(Functions.ERROR_RATE_LIMIT, error));
    }
}
