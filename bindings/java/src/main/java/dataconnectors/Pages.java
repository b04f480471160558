package dataconnectors;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A walk over the pages of the list: for one {@code for} loop, or step by step. Its native part is freed at the end of
 * the list, by {@link #close()}, or by the garbage collector as a last resort.
 *
 * <p>After a failure it stands where it was: the next step, or another loop over it, goes on from there. It ends for
 * certain: a cursor that comes a second time is {@link Status#PROTOCOL}. The list is ordered by last update: when
 * connectors change during a walk, one can come twice, and one can be missed.
 *
 * <p>It is for one thread at a time; {@link #close()} may come from any.
 */
public final class Pages implements Iterator<Page>, Iterable<Page>, AutoCloseable {
    private final Client client;
    private final CancelToken token;
    private final Handle handle;
    // The native cursor must not be read while another thread's step replaces it.
    private final ReentrantLock turn = new ReentrantLock();
    private Page found;
    private String cursor;
    private String cursorBehindFound;
    private volatile boolean ended;

    Pages(Client client, ListOptions options) {
        this.client = client;
        token = options.cancelToken();
        cursor = options.startingAfter();
        try (var use = client.use()) {
            MemorySegment pager = Native.result((arena, result, error) -> (int) Functions.PAGER_NEW.handle()
                    .invokeExact(use.pointer(), options.rows(),
                            Native.text(arena, "starting_after", options.startingAfter()), result, error));
            handle = new Handle("this walk", pager, Functions.PAGER_FREE).ownedBy(this);
            if (options.prefetch()) {
                Native.result((arena, result, error) -> (int) Functions.PAGER_SET_PREFETCH.handle()
                        .invokeExact(pager, 1, error));
            }
        }
    }

    /**
     * Gives this walk itself, which can be walked once.
     *
     * @return this
     */
    @Override
    public Iterator<Page> iterator() {
        return this;
    }

    /**
     * Whether there is a page more; lists it, and blocks until it is there.
     *
     * @return false at the end of the list
     * @throws DataConnectorsException when the call failed
     * @throws IllegalStateException when this walk, its client or its cancel token is closed
     */
    @Override
    public boolean hasNext() {
        turn.lock();
        try {
            requireOpen();
            if (found == null && !ended) {
                step();
            }
            return found != null;
        } finally {
            turn.unlock();
        }
    }

    /**
     * Gives the next page; blocks until it is there.
     *
     * @return a page
     * @throws NoSuchElementException at the end of the list
     * @throws DataConnectorsException when the call failed
     * @throws IllegalStateException when this walk, its client or its cancel token is closed
     */
    @Override
    public Page next() {
        turn.lock();
        try {
            if (!hasNext()) {
                throw new NoSuchElementException("the list has no page more");
            }
            Page page = found;
            found = null;
            cursor = cursorBehindFound;
            return page;
        } finally {
            turn.unlock();
        }
    }

    /**
     * The cursor of the page that {@link #next()} gives: what to keep for going on another time, by
     * {@link ListOptions#startingAfter}.
     *
     * @return null before the first page (unless the walk began with a cursor), and after the last one
     */
    public String cursor() {
        turn.lock();
        try {
            return cursor;
        } finally {
            turn.unlock();
        }
    }

    /** Frees the walk; its pages stay. A call under way goes on. Again is fine. */
    @Override
    public void close() {
        handle.close();
    }

    /** At the end of the list it is freed, and may be asked again all the same. */
    void requireOpen() {
        if (!ended) {
            handle.requireOpen();
        }
    }

    private void step() {
        Interrupts.refuse();
        try (var ignored = client.use(); var pager = handle.use(this); var cancel = CancelToken.use(token)) {
            MemorySegment page = Native.result((arena, result, error) -> (int) Functions.PAGER_NEXT.handle()
                    .invokeExact(pager.pointer(), cancel.pointer(), result, error));
            if (page.equals(MemorySegment.NULL)) {
                ended = true;
            } else {
                found = Page.read(page);
                cursorBehindFound = Native.text(Functions.PAGER_CURSOR, pager.pointer());
            }
        }
        if (ended) {
            handle.close();
        }
    }
}
