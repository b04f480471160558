package dataconnectors;

import java.util.Collections;
import java.util.Iterator;

/**
 * A walk over the connectors of the list: for one {@code for} loop, or step by step. It fetches a page when the one
 * before is used up; what {@link Pages} says of failures, threads and closing goes for it, too.
 */
public final class Connectors implements Iterator<Connector>, Iterable<Connector>, AutoCloseable {
    private final Pages pages;
    private Iterator<Connector> rows = Collections.emptyIterator();
    private String cursor;

    Connectors(Pages pages) {
        this.pages = pages;
    }

    /**
     * Gives this walk itself, which can be walked once.
     *
     * @return this
     */
    @Override
    public Iterator<Connector> iterator() {
        return this;
    }

    /**
     * Whether there is a connector more; where that takes another page, lists it, and blocks until it is there.
     *
     * @return false at the end of the list
     * @throws DataConnectorsException when the call failed
     * @throws IllegalStateException when this walk, its client or its cancel token is closed
     */
    @Override
    public boolean hasNext() {
        pages.requireOpen();
        while (!rows.hasNext()) {
            if (!pages.hasNext()) {
                return false;
            }
            cursor = pages.cursor();
            rows = pages.next().iterator();
        }
        return true;
    }

    /**
     * Gives the next connector.
     *
     * @return a connector
     * @throws java.util.NoSuchElementException at the end of the list
     * @throws DataConnectorsException when the call failed
     * @throws IllegalStateException when this walk, its client or its cancel token is closed
     */
    @Override
    public Connector next() {
        hasNext();
        return rows.next();
    }

    /**
     * The cursor of the page that {@link #next()} gives a connector of. Going on there misses none; those of its page
     * that came before come again.
     *
     * @return null on the first page (unless the walk began with a cursor), and after the last one
     */
    public String cursor() {
        return rows.hasNext() ? cursor : pages.cursor();
    }

    /** Frees the walk; its connectors stay. A call under way goes on. Again is fine. */
    @Override
    public void close() {
        pages.close();
    }
}
