package dataconnectors;

import java.lang.foreign.MemorySegment;

/**
 * A client of one workspace. It keeps connections open between calls: create one per workspace and keep it. Close it
 * when it is no longer used; otherwise the garbage collector does. The values that it returned stay valid.
 *
 * <p>Thread-safe: any number of threads may use it at once. A call blocks its thread, at most for
 * {@link ClientBuilder#timeout}; for a snapshot, {@link SnapshotOptions#timeout}. It throws
 * {@link CallCancelledException} within milliseconds if its {@link CancelToken} is cancelled, the client is shut down,
 * or its thread is interrupted, which stays interrupted. A call pins a virtual thread to its carrier.
 */
public final class Client implements AutoCloseable {
    private final Handle handle;

    Client(MemorySegment client) {
        handle = new Handle(this, "client", client, Function.CLIENT_FREE);
    }

    /**
     * Returns a builder for a client.
     *
     * @return a builder with the default options
     * @throws UnsatisfiedLinkError if the native library is missing or unusable
     */
    public static ClientBuilder builder() {
        return new ClientBuilder();
    }

    /**
     * Iterates over all connectors, most recently updated first. Nothing is sent yet.
     *
     * @return an iterator, which the caller closes unless it reaches the end of the list
     * @throws IllegalStateException if the client is closed
     */
    public Connectors list() {
        return list(ListOptions.DEFAULT);
    }

    /**
     * Iterates over all connectors, most recently updated first. Nothing is sent yet.
     *
     * @param options how to list
     * @return an iterator, which the caller closes unless it reaches the end of the list
     * @throws IllegalArgumentException if an option is invalid
     * @throws IllegalStateException if the client is closed
     */
    public Connectors list(ListOptions options) {
        return new Connectors(pages(options));
    }

    /**
     * Iterates over all pages. Nothing is sent yet.
     *
     * @return an iterator, which the caller closes unless it reaches the end of the list
     * @throws IllegalStateException if the client is closed
     */
    public Pages pages() {
        return pages(ListOptions.DEFAULT);
    }

    /**
     * Iterates over all pages. Nothing is sent yet.
     *
     * @param options how to list
     * @return an iterator, which the caller closes unless it reaches the end of the list
     * @throws IllegalArgumentException if an option is invalid
     * @throws IllegalStateException if the client is closed
     */
    public Pages pages(ListOptions options) {
        return new Pages(this, options);
    }

    /**
     * Lists the first page.
     *
     * @return the page
     * @throws DataConnectorsException if the call failed
     * @throws IllegalStateException if the client is closed
     */
    public Page listPage() {
        return listPage(ListOptions.DEFAULT);
    }

    /**
     * Lists one page.
     *
     * @param options the size of the page, the cursor to start after, and the cancel token
     * @return the page
     * @throws DataConnectorsException if the call failed
     * @throws IllegalArgumentException if an option is invalid
     * @throws IllegalStateException if the client or the cancel token is closed
     */
    public Page listPage(ListOptions options) {
        Failure.throwIfInterrupted();
        try (var client = use(); var token = CancelToken.use(options.cancelToken())) {
            return Page.read(Function.LIST_PAGE.result(
                    client.pointer(), options.perPage(), options.checkedStartingAfter(), token.pointer()));
        }
    }

    /**
     * Takes a snapshot with the default options.
     *
     * @return the snapshot, which the caller closes
     * @throws DataConnectorsException if the first request failed or the call was cancelled
     * @throws IllegalStateException if the client is closed
     */
    public Snapshot snapshot() {
        return snapshot(SnapshotOptions.DEFAULT);
    }

    /**
     * Takes a snapshot: all connectors, even if they change meanwhile. Blocks for up to
     * {@link SnapshotOptions#timeout}. Sends a request per page of 50 connectors and one more, or only one if the list
     * has one page. If the first request fails, the call fails. If a later request fails and its retries fail too, the
     * snapshot is incomplete.
     *
     * @param options the previous snapshot to refresh, limits, and the cancel token
     * @return the snapshot, which the caller closes
     * @throws DataConnectorsException if the first request failed or the call was cancelled
     * @throws IllegalArgumentException if an option is invalid, or the previous snapshot is from another base URL
     * @throws IllegalStateException if the client, the previous snapshot or the cancel token is closed
     */
    public Snapshot snapshot(SnapshotOptions options) {
        Failure.throwIfInterrupted();
        try (var client = use()) {
            return options.take(client);
        }
    }

    /**
     * Cancels all calls in progress with this client and its iterators, and rejects new ones: they throw
     * {@link CallCancelledException}. Does not wait for them.
     *
     * @throws IllegalStateException if the client is closed
     */
    public void shutdown() {
        try (var client = use()) {
            Function.CLIENT_SHUTDOWN.call(client.pointer());
        }
    }

    /**
     * Closes the client: new calls throw {@link IllegalStateException}. Calls in progress finish, then the native
     * client is freed. To cancel them, call {@link #shutdown} first.
     */
    @Override
    public void close() {
        handle.close();
    }

    Handle.Use use() {
        return handle.use(this);
    }
}
