package dataconnectors;

import java.util.Locale;

/** Why a call failed. Later versions may add values. */
public enum Status {
    /** An argument or an option is invalid. Nothing was sent. Thrown as an {@link IllegalArgumentException}. */
    INVALID_ARGUMENT,
    /** The connection could not be opened or broke. */
    CONNECTION,
    /** The timeout of the call, or of opening its connection, expired. */
    TIMEOUT,
    /** The server's certificate is not trusted, or TLS failed in another way. */
    TLS,
    /** HTTP 401: the access token is invalid, revoked, or of another region. */
    UNAUTHORIZED,
    /** HTTP 403: the access token lacks a permission, or a gateway rejected the request. */
    FORBIDDEN,
    /** HTTP 429: too many requests; see {@link DataConnectorsException#retryAfter()}. */
    RATE_LIMITED,
    /** Any other HTTP 4xx; see {@link DataConnectorsException#httpStatus()}. */
    BAD_REQUEST,
    /** HTTP 5xx: the service, or a gateway in front of it, failed. */
    SERVER,
    /** The response violates the API contract: malformed JSON, a redirect, a repeated cursor. */
    PROTOCOL,
    /** The response is larger than {@link ClientBuilder#maxResponseBytes} allows. */
    TOO_LARGE,
    /** A bug in the library. */
    PANIC,
    /** The call was cancelled by its cancel token, an interrupt, or {@link Client#shutdown()}. */
    CANCELLED,
    /** Out of threads or file descriptors, or of memory for a response. */
    SYSTEM,
    /** The proxy refused the CONNECT tunnel, because of the credentials or its rules. */
    PROXY,
    /** A status that this version doesn't know; see {@link DataConnectorsException#statusName()}. */
    UNKNOWN;

    /** Returns the constant whose lower-case name is {@code name}; null for null, {@code unknown} if there is none. */
    static <E extends Enum<E>> E named(E unknown, String name) {
        if (name == null) {
            return null;
        }
        for (E constant : unknown.getDeclaringClass().getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(name)) {
                return constant;
            }
        }
        return unknown;
    }
}
