package dataconnectors;

/**
 * How to list: {@code ListOptions.DEFAULT.perPage(50).startingAfter(cursor)}. The values are checked by the calls.
 *
 * @param perPage the maximum number of rows per page, 1 to 50; 0 for the service's default (20)
 * @param startingAfter the cursor to start after, such as {@link Page#nextCursor()}; null for the first page
 * @param cancelToken cancels the calls from another thread; may be null
 * @param prefetch whether to request the next page while the program processes the current one. The prefetched
 *     page can be stale when it is used, and stopping early can waste one request. No effect on {@code listPage}
 */
public record ListOptions(int perPage, String startingAfter, CancelToken cancelToken, boolean prefetch) {

    /** The first page, of the service's default size, without a cancel token and without prefetch. */
    public static final ListOptions DEFAULT = new ListOptions(0, null, null, false);

    /**
     * Returns a copy with another {@link #perPage}.
     *
     * @param perPage the maximum number of rows per page, 1 to 50; 0 for the service's default (20)
     * @return the copy
     */
    public ListOptions perPage(int perPage) {
        return new ListOptions(perPage, startingAfter, cancelToken, prefetch);
    }

    /**
     * Returns a copy with another {@link #startingAfter}.
     *
     * @param startingAfter the cursor to start after; null for the first page
     * @return the copy
     */
    public ListOptions startingAfter(String startingAfter) {
        return new ListOptions(perPage, startingAfter, cancelToken, prefetch);
    }

    /**
     * Returns a copy with another {@link #cancelToken}.
     *
     * @param cancelToken cancels the calls from another thread; may be null
     * @return the copy
     */
    public ListOptions cancelToken(CancelToken cancelToken) {
        return new ListOptions(perPage, startingAfter, cancelToken, prefetch);
    }

    /**
     * Returns a copy with another {@link #prefetch}.
     *
     * @param prefetch whether to request the next page while the program processes the current one
     * @return the copy
     */
    public ListOptions prefetch(boolean prefetch) {
        return new ListOptions(perPage, startingAfter, cancelToken, prefetch);
    }

    /** Returns the validated cursor. */
    String checkedStartingAfter() {
        return Function.checked("starting_after", startingAfter);
    }
}
