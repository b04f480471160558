package dataconnectors;

/**
 * Cancels calls from another thread: each call that it was passed to ({@link ListOptions#cancelToken},
 * {@link SnapshotOptions#cancelToken}) throws {@link CallCancelledException} within milliseconds. A cancelled token
 * stays cancelled: create one for each operation that is cancelled separately.
 *
 * <p>Thread-safe. It uses one file descriptor until it is closed or garbage-collected.
 */
public final class CancelToken implements AutoCloseable {
    private final Handle handle;

    /**
     * Creates a cancel token.
     *
     * @throws DataConnectorsException if the process is out of file descriptors
     * @throws UnsatisfiedLinkError if the native library is missing or unusable
     */
    public CancelToken() {
        Library.require();
        handle = new Handle(
                this, "cancel token", Function.CANCEL_TOKEN_NEW.result(), Function.CANCEL_TOKEN_FREE);
    }

    /**
     * Cancels the calls that the token was or will be passed to.
     *
     * @throws IllegalStateException if the token is closed
     */
    public void cancel() {
        try (var token = handle.use(this)) {
            Function.CANCEL_TOKEN_CANCEL.call(token.pointer());
        }
    }

    /**
     * Returns whether the token was cancelled.
     *
     * @return true if it was
     * @throws IllegalStateException if the token is closed
     */
    public boolean isCancelled() {
        try (var token = handle.use(this)) {
            return (int) Function.CANCEL_TOKEN_IS_CANCELLED.call(token.pointer()) == 1;
        }
    }

    /** Closes the token. Later calls with it are rejected; calls in progress continue. */
    @Override
    public void close() {
        handle.close();
    }

    static Handle.Use use(CancelToken token) {
        return token == null ? Handle.Use.NOTHING : token.handle.use(token);
    }
}
