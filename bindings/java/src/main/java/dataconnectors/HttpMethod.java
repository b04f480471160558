package dataconnectors;

/** The method of requests, as far as this version knows it: {@link Connector#httpMethod()} is the word itself. */
public enum HttpMethod {
    /** One that this version doesn't know. */
    UNKNOWN(0),
    /** {@code get}. */
    GET(1),
    /** {@code post}. */
    POST(2),
    /** {@code put}. */
    PUT(3),
    /** {@code delete}. */
    DELETE(4),
    /** {@code patch}. */
    PATCH(5);

    private final int code;

    HttpMethod(int code) {
        this.code = code;
    }

    /**
     * Its number in the C library.
     *
     * @return 0 or more
     */
    public int code() {
        return code;
    }

    static HttpMethod of(String word) {
        return switch (word) {
            case null -> null;
            case "get" -> GET;
            case "post" -> POST;
            case "put" -> PUT;
            case "delete" -> DELETE;
            case "patch" -> PATCH;
            default -> UNKNOWN;
        };
    }
}
