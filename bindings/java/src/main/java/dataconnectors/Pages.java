package dataconnectors;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Iterates over the pages. {@link #hasNext()} requests the next page, so it blocks and fails like a call. The native
 * iterator is freed at the end of the list, by {@link #close()}, or by the garbage collector.
 *
 * <p>It keeps its position: after a {@code break} or a failure, another loop over the same object continues there. A
 * repeated cursor is {@link Status#PROTOCOL}. The list is ordered by last update: if connectors are updated meanwhile,
 * one can be listed twice, and one can be missed. A complete {@link Client#snapshot()} misses none.
 *
 * <p>Thread-safe. As another thread can call {@link #next()} after {@link #hasNext()}, threads that share an iterator
 * call {@link #next()} until it throws {@link NoSuchElementException}.
 */
public final class Pages implements Iterator<Page>, Iterable<Page>, AutoCloseable {
    private final Client client;
    private final CancelToken token;
    private final Handle handle;
    private Page next;
    private String cursor;
    private String cursorAfterNext;
    private volatile boolean ended;

    Pages(Client client, ListOptions options) {
        this.client = client;
        token = options.cancelToken();
        cursor = options.startingAfter();
        try (var use = client.use()) {
            MemorySegment pager =
                    Function.PAGER_NEW.result(use.pointer(), options.perPage(), options.checkedStartingAfter());
            handle = new Handle(this, "iterator", pager, Function.PAGER_FREE);
            Function.PAGER_SET_PREFETCH.result(pager, options.prefetch() ? 1 : 0);
        }
    }

    /**
     * Returns this object.
     *
     * @return this
     */
    @Override
    public Iterator<Page> iterator() {
        return this;
    }

    /**
     * Returns whether there is another page, and requests it. Blocks until it is received.
     *
     * @return false at the end of the list
     * @throws DataConnectorsException if the call failed
     * @throws IllegalStateException if the iterator, its client or its cancel token is closed
     */
    @Override
    public synchronized boolean hasNext() {
        requireOpen();
        if (next == null && !ended) {
            request();
        }
        return next != null;
    }

    /**
     * Returns the next page. Blocks until it is received.
     *
     * @return the page
     * @throws NoSuchElementException at the end of the list
     * @throws DataConnectorsException if the call failed
     * @throws IllegalStateException if the iterator, its client or its cancel token is closed
     */
    @Override
    public synchronized Page next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more pages");
        }
        Page page = next;
        next = null;
        cursor = cursorAfterNext;
        return page;
    }

    /**
     * Returns the cursor of the page that {@link #next()} returns. Store it to resume later with
     * {@link ListOptions#startingAfter}.
     *
     * @return null before the first page (unless the list started with a cursor), and after the last one
     */
    public synchronized String cursor() {
        return cursor;
    }

    /** Closes the iterator. Its pages stay valid, and a call in progress continues. */
    @Override
    public void close() {
        handle.close();
    }

    /** At the end of the list the iterator is closed, but may still be used. */
    void requireOpen() {
        if (!ended) {
            handle.requireOpen();
        }
    }

    private void request() {
        Failure.throwIfInterrupted();
        try (var ignored = client.use(); var pager = handle.use(this); var cancel = CancelToken.use(token)) {
            MemorySegment page = Function.PAGER_NEXT.result(pager.pointer(), cancel.pointer());
            ended = page.equals(MemorySegment.NULL);
            if (!ended) {
                next = Page.read(page);
                cursorAfterNext = Function.PAGER_CURSOR.string(pager.pointer());
            }
        }
        if (ended) {
            close();
        }
    }
}
