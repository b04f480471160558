package dataconnectors;

import java.lang.foreign.MemorySegment;

/**
 * Ends calls from another thread: pass it to the calls ({@link ListOptions#cancelToken}), cancel it when they are to
 * end, and each throws {@link CallCancelledException} within milliseconds, whatever it waits for.
 *
 * <p>Once cancelled it stays so, and ends each call that it is passed to. Any number of threads may use it at once. It
 * holds a file descriptor: close it when you are done. Calls under way keep what they need of it.
 */
public final class CancelToken implements AutoCloseable {
    private final Handle handle;

    /**
     * Makes one that isn't cancelled.
     *
     * @throws DataConnectorsException when the process has no file descriptor left
     */
    public CancelToken() {
        Library.require();
        MemorySegment token = Native.result((arena, result, error) ->
                (int) Functions.CANCEL_TOKEN_NEW.handle().invokeExact(result, error));
        handle = new Handle("this cancel token", token, Functions.CANCEL_TOKEN_FREE).ownedBy(this);
    }

    /**
     * Cancels: calls under way with this token end, and those to come end at once. Again is fine.
     *
     * @throws IllegalStateException when this token is closed
     */
    public void cancel() {
        try (var token = handle.use(this)) {
            Native.call(Functions.CANCEL_TOKEN_CANCEL, token.pointer());
        }
    }

    /**
     * Whether it was cancelled.
     *
     * @return true if it was
     * @throws IllegalStateException when this token is closed
     */
    public boolean isCancelled() {
        try (var token = handle.use(this)) {
            return Native.int32(Functions.CANCEL_TOKEN_IS_CANCELLED, token.pointer()) == 1;
        }
    }

    /** Frees it. Calls with it that are to come are refused. Again is fine. */
    @Override
    public void close() {
        handle.close();
    }

    /** Uses one that may be null. */
    static Handle.Use use(CancelToken token) {
        return token == null ? Handle.Use.NOTHING : token.handle.use(token);
    }
}
