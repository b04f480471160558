package dataconnectors;

/** The HTTP methods that this version knows, see {@link Connector#knownHttpMethod()}. */
public enum HttpMethod {
    /** Any other method; {@link Connector#httpMethod()} returns it. */
    UNKNOWN,
    /** {@code get}. */
    GET,
    /** {@code post}. */
    POST,
    /** {@code put}. */
    PUT,
    /** {@code delete}. */
    DELETE,
    /** {@code patch}. */
    PATCH
}
