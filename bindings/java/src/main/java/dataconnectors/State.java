package dataconnectors;

/** The state of a connector, as far as this version knows it: {@link Connector#state()} is the service's own word. */
public enum State {
    /** One that this version doesn't know. */
    UNKNOWN(0),
    /** {@code draft}. */
    DRAFT(1),
    /** {@code live}. */
    LIVE(2);

    private final int code;

    State(int code) {
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

    static State of(String word) {
        return switch (word) {
            case null -> null;
            case "draft" -> DRAFT;
            case "live" -> LIVE;
            default -> UNKNOWN;
        };
    }
}
