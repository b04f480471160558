package dataconnectors;

import java.util.Collections;
import java.util.Iterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Iterates over the connectors, page by page. It keeps its position: another {@code for} loop continues. Errors,
 * threads and closing are as in {@link Pages}.
 */
public final class Connectors implements Iterator<Connector>, Iterable<Connector>, AutoCloseable {
    private final Pages pages;
    private Iterator<Connector> rows = Collections.emptyIterator();
    private String cursor;

    Connectors(Pages pages) {
        this.pages = pages;
    }

    /**
     * Returns this object.
     *
     * @return this
     */
    @Override
    public Iterator<Connector> iterator() {
        return this;
    }

    /**
     * Returns the connectors as a sequential stream. Closing the stream closes this iterator.
     *
     * @return a stream, which the caller closes unless it reaches the end of the list
     */
    public Stream<Connector> stream() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, 0), false).onClose(this::close);
    }

    /**
     * Returns whether there is another connector. Requests a page if necessary, and blocks until it is received.
     *
     * @return false at the end of the list
     * @throws DataConnectorsException if the call failed
     * @throws IllegalStateException if the iterator, its client or its cancel token is closed
     */
    @Override
    public synchronized boolean hasNext() {
        pages.requireOpen();
        while (!rows.hasNext() && pages.hasNext()) {
            cursor = pages.cursor();
            rows = pages.next().iterator();
        }
        return rows.hasNext();
    }

    /**
     * Returns the next connector.
     *
     * @return the connector
     * @throws java.util.NoSuchElementException at the end of the list
     * @throws DataConnectorsException if the call failed
     * @throws IllegalStateException if the iterator, its client or its cancel token is closed
     */
    @Override
    public synchronized Connector next() {
        hasNext();
        return rows.next();
    }

    /**
     * Returns the cursor of the page that contains the next connector. A list that starts there misses no connector,
     * but repeats those of that page that were already returned.
     *
     * @return null on the first page (unless the list started with a cursor), and after the last one
     */
    public synchronized String cursor() {
        return rows.hasNext() ? cursor : pages.cursor();
    }

    /** Closes the iterator. Its connectors stay valid, and a call in progress continues. */
    @Override
    public void close() {
        pages.close();
    }
}
