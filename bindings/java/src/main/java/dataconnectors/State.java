package dataconnectors;

/** The states that this version knows, see {@link Connector#knownState()}. */
public enum State {
    /** Any other state; {@link Connector#state()} returns it. */
    UNKNOWN,
    /** {@code draft}. */
    DRAFT,
    /** {@code live}. */
    LIVE
}
