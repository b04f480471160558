package dataconnectors;

import java.time.Duration;

/**
 * A call failed. The message is one line for a person; the subclass says in what way, {@link #status()} more exactly.
 * It never contains the token. What isn't known is null.
 */
public class DataConnectorsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Failure failure;

    DataConnectorsException(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    /**
     * How the call failed.
     *
     * @return never null
     */
    public Status status() {
        return Status.of(failure.status());
    }

    /**
     * The same as the C library's number.
     *
     * @return negative
     */
    public int statusCode() {
        return failure.status();
    }

    /**
     * The HTTP status of the answer, such as 401; also of one whose body then broke off.
     *
     * @return 100 to 999; null when there was no answer
     */
    public Integer httpStatus() {
        return failure.httpStatus();
    }

    /**
     * The service's own code for the failure, such as {@code unauthorized}.
     *
     * @return null when it gave none
     */
    public String apiCode() {
        return failure.apiCode();
    }

    /**
     * The parameter that the service found wrong.
     *
     * @return null when it named none
     */
    public String apiField() {
        return failure.apiField();
    }

    /**
     * The service's id for the request; its support people ask for it.
     *
     * @return null when there was none
     */
    public String requestId() {
        return failure.requestId();
    }

    /**
     * How long the service asked to wait before another try.
     *
     * @return null when it did not ask
     */
    public Duration retryAfter() {
        return failure.retryAfter();
    }

    /**
     * How many requests the call made, the first included.
     *
     * @return 0 when it failed without one
     */
    public int attempts() {
        return failure.attempts();
    }

    /**
     * The rate limit after the last request.
     *
     * @return never null; its parts are null where the answer did not tell them
     */
    public RateLimit rateLimit() {
        return failure.rateLimit();
    }
}
