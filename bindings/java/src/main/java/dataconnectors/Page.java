package dataconnectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.List;

/**
 * One page of the list: a plain value, which needs nothing of its client, and nothing to be closed.
 *
 * @param connectors the rows, in the service's order; unmodifiable. There may be none although there is a next page
 * @param nextCursor the cursor that asks for the next page; null on the last one
 * @param hasNext whether the service named a next page. Where this is true and the cursor null, it did so in a form
 *     that can't be followed: this is not the end of the list
 * @param requestId the service's id for the request; its support people ask for it; null when it gave none
 * @param rateLimit the rate limit after the request
 * @param json the answer as the service sent it
 */
public record Page(
        List<Connector> connectors,
        String nextCursor,
        boolean hasNext,
        String requestId,
        RateLimit rateLimit,
        String json) implements Iterable<Connector> {

    /** Copies what a native page has, and frees it. */
    static Page read(MemorySegment page) {
        try {
            return new Page(
                    Rows.of(page),
                    Native.text(Functions.PAGE_NEXT_CURSOR, page),
                    Native.int32(Functions.PAGE_HAS_NEXT, page) == 1,
                    Native.text(Functions.PAGE_REQUEST_ID, page),
                    RateLimit.read(Functions.PAGE_RATE_LIMIT, page),
                    new String(Native.bytes(Functions.PAGE_JSON, Functions.PAGE_JSON_LEN, page), UTF_8));
        } finally {
            Native.call(Functions.PAGE_FREE, page);
        }
    }

    /**
     * Iterates over the connectors.
     *
     * @return an iterator that can't remove
     */
    @Override
    public Iterator<Connector> iterator() {
        return connectors.iterator();
    }

    /**
     * How many rows, and where the list goes on; without the rows themselves.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return "Page[" + connectors.size() + " connectors, nextCursor=" + nextCursor + ", requestId=" + requestId
                + ", rateLimit=" + rateLimit + "]";
    }
}
