package dataconnectors;

import java.time.Duration;

/**
 * A failed call. The message is one line for users; it ends with the request id, if the response has one, and never
 * contains the access token. The subclass is the category of the failure, {@link #status()} the exact status.
 */
public class DataConnectorsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Failure failure;

    DataConnectorsException(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    /**
     * Returns why the call failed.
     *
     * @return {@link Status#UNKNOWN} for a status that this version doesn't know
     */
    public Status status() {
        return failure.status();
    }

    /**
     * Returns the name of the status in the C library.
     *
     * @return such as {@code DC_ERR_TIMEOUT}
     */
    public String statusName() {
        return failure.statusName();
    }

    /**
     * Returns the HTTP status of the response, even if its body could not be read.
     *
     * @return 100 to 999; null without a response
     */
    public Integer httpStatus() {
        return failure.httpStatus();
    }

    /**
     * Returns the service's error code, such as {@code unauthorized}.
     *
     * @return null if it sent none
     */
    public String apiCode() {
        return failure.apiCode();
    }

    /**
     * Returns the request parameter that the service rejected.
     *
     * @return null if it specified none
     */
    public String apiField() {
        return failure.apiField();
    }

    /**
     * Returns the service's request id, for support requests.
     *
     * @return null if it sent none
     */
    public String requestId() {
        return failure.requestId();
    }

    /**
     * Returns the delay before the next request that the service specified.
     *
     * @return null if it specified none
     */
    public Duration retryAfter() {
        return failure.retryAfter();
    }

    /**
     * Returns how many requests the call made, including the first.
     *
     * @return 0 if it failed before the first request
     */
    public int attempts() {
        return failure.attempts();
    }

    /**
     * Returns the rate limit after the last request.
     *
     * @return never null
     */
    public RateLimit rateLimit() {
        return failure.rateLimit();
    }
}
