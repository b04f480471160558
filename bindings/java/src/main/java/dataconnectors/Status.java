package dataconnectors;

/** How a call failed. New ones may come: treat {@link #UNKNOWN} as a failure that isn't known better. */
public enum Status {
    /** An argument or a setting was refused before anything was sent. */
    INVALID_ARGUMENT(-1),
    /** No connection, or one that broke. */
    CONNECTION(-2),
    /** The time for the call, or for opening its connection, ran out. */
    TIMEOUT(-3),
    /** The server could not be trusted, or TLS failed in another way. */
    TLS(-4),
    /** HTTP 401: the token is wrong, revoked, or of another region. */
    UNAUTHORIZED(-5),
    /** HTTP 403: the token may not do this, or something in front of the service said no. */
    FORBIDDEN(-6),
    /** HTTP 429: too many requests; {@link DataConnectorsException#retryAfter()} says how long to wait. */
    RATE_LIMITED(-7),
    /** Any other HTTP 4xx; {@link DataConnectorsException#httpStatus()} tells which. */
    BAD_REQUEST(-8),
    /** HTTP 5xx: the service, or a gateway in front of it, failed. */
    SERVER(-9),
    /** An answer the contract doesn't allow: not whole JSON, a redirect, a cursor that came back. */
    PROTOCOL(-10),
    /** The answer is larger than {@link ClientBuilder#maxResponseBytes} allows. */
    TOO_LARGE(-11),
    /** A bug of the library's own, caught. */
    PANIC(-12),
    /** The call was ended by its token, by an interrupt of its thread, or by {@link Client#shutdown()}. */
    CANCELLED(-13),
    /** The system gave no thread, file descriptor or memory. */
    SYSTEM(-14),
    /** The proxy did not open a way to the service: its credentials, or its rules. */
    PROXY(-15),
    /** A failure that is newer than this package; {@link DataConnectorsException#statusCode()} is its number. */
    UNKNOWN(0);

    private final int code;

    Status(int code) {
        this.code = code;
    }

    /**
     * Its number in the C library.
     *
     * @return negative; 0 for {@link #UNKNOWN}
     */
    public int code() {
        return code;
    }

    static Status of(int code) {
        for (Status status : values()) {
            if (status.code == code) {
                return status;
            }
        }
        return UNKNOWN;
    }
}
