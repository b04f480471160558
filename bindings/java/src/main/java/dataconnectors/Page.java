package dataconnectors;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.List;

/**
 * One page of the list. It stays valid when its client is closed, and need not be closed.
 *
 * @param connectors the rows in the order of the service; unmodifiable. May be empty although there is a next page
 * @param nextCursor the cursor of the next page; null on the last page
 * @param hasNext whether there is a next page. If true and the cursor is null, the service specified it in an
 *     unsupported form: the list is incomplete
 * @param requestId the service's request id, for support requests; null if it sent none
 * @param rateLimit the rate limit after the request; never null
 * @param json the response body as the service sent it
 */
public record Page(
        List<Connector> connectors,
        String nextCursor,
        boolean hasNext,
        String requestId,
        RateLimit rateLimit,
        String json) implements Iterable<Connector> {

    /** Copies a native page, and frees it. */
    static Page read(MemorySegment page) {
        try {
            return new Page(
                    Rows.decode(page),
                    Function.PAGE_NEXT_CURSOR.string(page),
                    (int) Function.PAGE_HAS_NEXT.call(page) == 1,
                    Function.PAGE_REQUEST_ID.string(page),
                    RateLimit.read(Function.PAGE_RATE_LIMIT, page),
                    Function.PAGE_JSON.string(page));
        } finally {
            Function.PAGE_FREE.call(page);
        }
    }

    /**
     * Iterates over the rows.
     *
     * @return an iterator without {@code remove}
     */
    @Override
    public Iterator<Connector> iterator() {
        return connectors.iterator();
    }

    /**
     * Describes the page without its rows and JSON.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return "Page[" + connectors.size() + " connectors, nextCursor=" + nextCursor + ", requestId=" + requestId
                + ", rateLimit=" + rateLimit + "]";
    }
}
