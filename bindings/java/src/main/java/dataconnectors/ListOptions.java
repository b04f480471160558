package dataconnectors;

/**
 * How to list: begin with {@link #DEFAULT}, and change what is to be otherwise, as in
 * {@code ListOptions.DEFAULT.perPage(50).startingAfter(cursor)}. Values are checked where they are used.
 *
 * @param perPage the most rows on a page, 1 to 50; 0: the service's default (20)
 * @param startingAfter the cursor to begin after, such as {@link Page#nextCursor()}; null: the first page
 * @param cancelToken what may end the calls from another thread; null: nothing
 * @param prefetch whether a walk fetches the page after the one that it gives meanwhile. Such a page can be as old as
 *     your work on the one before took, and leaving early may have cost one request more. For {@code listPage} it has
 *     no effect
 */
public record ListOptions(long perPage, String startingAfter, CancelToken cancelToken, boolean prefetch) {

    /** The service's page size, from the beginning, without a token, page by page. */
    public static final ListOptions DEFAULT = new ListOptions(0, null, null, false);

    /**
     * The same with another {@link #perPage}.
     *
     * @param perPage the most rows on a page, 1 to 50; 0: the service's default (20)
     * @return new options
     */
    public ListOptions perPage(long perPage) {
        return new ListOptions(perPage, startingAfter, cancelToken, prefetch);
    }

    /**
     * The same with another {@link #startingAfter}.
     *
     * @param startingAfter the cursor to begin after; null: the first page
     * @return new options
     */
    public ListOptions startingAfter(String startingAfter) {
        return new ListOptions(perPage, startingAfter, cancelToken, prefetch);
    }

    /**
     * The same with another {@link #cancelToken}.
     *
     * @param cancelToken what may end the calls; null: nothing
     * @return new options
     */
    public ListOptions cancelToken(CancelToken cancelToken) {
        return new ListOptions(perPage, startingAfter, cancelToken, prefetch);
    }

    /**
     * The same with another {@link #prefetch}.
     *
     * @param prefetch whether a walk fetches its next page meanwhile
     * @return new options
     */
    public ListOptions prefetch(boolean prefetch) {
        return new ListOptions(perPage, startingAfter, cancelToken, prefetch);
    }

    /** What C takes. */
    int rows() {
        return Native.int32("per_page", perPage, "1 to 50, or 0 for the service's default (20)");
    }
}
