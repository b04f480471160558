package dataconnectors;

import java.lang.foreign.MemorySegment;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A client of one workspace, with its pool of connections. Make one and keep it. Any number of threads may use it at
 * once, and run in parallel.
 *
 * <p>Its calls block the calling thread, for at most {@link ClientBuilder#timeout}. Each ends within milliseconds when
 * its {@link CancelToken} is cancelled, its client shut down, or its thread interrupted: then it throws
 * {@link CallCancelledException}, and the thread stays interrupted. A virtual thread is pinned to its carrier during a
 * call: for many calls at once use platform threads.
 *
 * <p>Close it when you are done; the garbage collector does so as a last resort. What it gave stays valid.
 */
public final class Client implements AutoCloseable {
    private final Handle handle;

    Client(MemorySegment client) {
        handle = new Handle("this client", client, Functions.CLIENT_FREE).ownedBy(this);
    }

    /**
     * Begins the settings of a client.
     *
     * @return a builder, which still needs a token
     * @throws UnsatisfiedLinkError when the native library is missing, or isn't the one that this package needs
     */
    public static ClientBuilder builder() {
        return new ClientBuilder();
    }

    /**
     * Lists the first page, newest update first; blocks until it is there.
     *
     * @return a page
     * @throws DataConnectorsException when the call failed
     * @throws IllegalStateException when this client is closed
     */
    public Page listPage() {
        return listPage(ListOptions.DEFAULT);
    }

    /**
     * Lists one page, newest update first; blocks until it is there.
     *
     * @param options how large a page, and after which cursor
     * @return a page
     * @throws DataConnectorsException when the call failed
     * @throws IllegalArgumentException when an option was refused
     * @throws IllegalStateException when this client, or the cancel token, is closed
     */
    public Page listPage(ListOptions options) {
        Interrupts.refuse();
        try (var client = use(); var token = CancelToken.use(options.cancelToken())) {
            return Page.read(Native.result((arena, result, error) -> (int) Functions.LIST_PAGE.handle()
                    .invokeExact(client.pointer(), options.rows(),
                            Native.text(arena, "starting_after", options.startingAfter()),
                            token.pointer(), result, error)));
        }
    }

    /**
     * Walks over all pages, as they are asked for. Nothing is sent yet.
     *
     * @return a walk of yours, to be closed where it isn't walked to its end
     * @throws IllegalStateException when this client is closed
     */
    public Pages pages() {
        return pages(ListOptions.DEFAULT);
    }

    /**
     * Walks over all pages, as they are asked for. Nothing is sent yet.
     *
     * @param options how to list
     * @return a walk of yours, to be closed where it isn't walked to its end
     * @throws IllegalArgumentException when an option was refused
     * @throws IllegalStateException when this client is closed
     */
    public Pages pages(ListOptions options) {
        return new Pages(this, options);
    }

    /**
     * Walks over all connectors, page by page as they are asked for. Nothing is sent yet.
     *
     * @return a walk of yours, to be closed where it isn't walked to its end
     * @throws IllegalStateException when this client is closed
     */
    public Connectors connectors() {
        return connectors(ListOptions.DEFAULT);
    }

    /**
     * Walks over all connectors, page by page as they are asked for. Nothing is sent yet.
     *
     * @param options how to list
     * @return a walk of yours, to be closed where it isn't walked to its end
     * @throws IllegalArgumentException when an option was refused
     * @throws IllegalStateException when this client is closed
     */
    public Connectors connectors(ListOptions options) {
        return new Connectors(pages(options));
    }

    /**
     * All connectors as a stream, page by page as they are asked for. What ends it throws what {@link Pages#hasNext}
     * does.
     *
     * @param options how to list
     * @return a sequential stream of yours, to be closed where it isn't read to its end
     * @throws IllegalArgumentException when an option was refused
     * @throws IllegalStateException when this client is closed
     */
    public Stream<Connector> stream(ListOptions options) {
        Connectors connectors = connectors(options);
        int traits = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(connectors, traits), false)
                .onClose(connectors::close);
    }

    /**
     * All connectors as a stream, page by page as they are asked for.
     *
     * @return a sequential stream of yours, to be closed where it isn't read to its end
     * @throws IllegalStateException when this client is closed
     */
    public Stream<Connector> stream() {
        return stream(ListOptions.DEFAULT);
    }

    /**
     * Ends all calls under way with this client and with its walks, and refuses new ones: both throw
     * {@link CallCancelledException}. It does not wait for them.
     *
     * @throws IllegalStateException when this client is closed
     */
    public void shutdown() {
        try (var client = use()) {
            Native.call(Functions.CLIENT_SHUTDOWN, client.pointer());
        }
    }

    /**
     * Closes the client: later calls are refused. Calls under way go on, and when the last one has returned the native
     * client is freed. To end them, {@link #shutdown} first. Again is fine.
     */
    @Override
    public void close() {
        handle.close();
    }

    /**
     * Whether it is closed; none of its settings.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return handle.isClosed() ? "Client[closed]" : "Client[open]";
    }

    Handle.Use use() {
        return handle.use(this);
    }
}
