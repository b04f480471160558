package dataconnectors;

import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Locale;

/** The values of a {@code dc_error}. Unknown values are null. */
record Failure(
        String statusName,
        String message,
        Integer httpStatus,
        String apiCode,
        String apiField,
        String requestId,
        Duration retryAfter,
        int attempts,
        RateLimit rateLimit) implements Serializable {

    private static final String INTERRUPTED = "request cancelled: the thread was interrupted";

    /** Creates the exception for a failed call, and frees its error. */
    static RuntimeException exception(int status, MemorySegment error) {
        try {
            Failure failure = read(status, error);
            return switch (failure.status()) {
                case INVALID_ARGUMENT -> new IllegalArgumentException(failure.message);
                case CONNECTION, TIMEOUT, TLS, PROXY -> new ApiConnectionException(failure);
                case UNAUTHORIZED, FORBIDDEN, RATE_LIMITED, BAD_REQUEST, SERVER -> new ApiStatusException(failure);
                case PROTOCOL, TOO_LARGE -> new ApiResponseException(failure);
                case CANCELLED -> new CallCancelledException(failure);
                case SYSTEM, PANIC, UNKNOWN -> new DataConnectorsException(failure);
            };
        } finally {
            Function.ERROR_FREE.call(error);
        }
    }

    /** Rejects a call on an interrupted thread, as the library calls the interrupt check only while it waits. */
    static void throwIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CallCancelledException(new Failure("DC_ERR_CANCELLED", INTERRUPTED, null, null, null, null, null,
                    0, new RateLimit(null, null, null)));
        }
    }

    Status status() {
        return Status.named(Status.UNKNOWN, statusName.replaceFirst("^DC_ERR_", "").toLowerCase(Locale.ROOT));
    }

    private static Failure read(int status, MemorySegment error) {
        String statusName = Function.STATUS_NAME.string(status);
        String message = Function.ERROR_MESSAGE.string(error);
        if (statusName.equals("DC_ERR_CANCELLED") && Thread.currentThread().isInterrupted()) {
            message = INTERRUPTED;
        }
        String requestId = Function.ERROR_REQUEST_ID.string(error);
        int httpStatus = (int) Function.ERROR_HTTP_STATUS.call(error);
        long retryAfter = (long) Function.ERROR_RETRY_AFTER_MS.call(error);
        return new Failure(
                statusName,
                requestId == null ? message : message + " (request id " + requestId + ")",
                httpStatus == 0 ? null : httpStatus,
                Function.ERROR_API_CODE.string(error),
                Function.ERROR_API_FIELD.string(error),
                requestId,
                retryAfter < 0 ? null : Duration.ofMillis(retryAfter),
                (int) Function.ERROR_ATTEMPTS.call(error),
                RateLimit.read(Function.ERROR_RATE_LIMIT, error));
    }
}
