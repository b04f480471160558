package dataconnectors;

import java.time.Duration;

/**
 * How to take a snapshot: {@code SnapshotOptions.DEFAULT.previous(snapshot)}. The values are checked by the call.
 * Durations are rounded up to milliseconds.
 *
 * @param previous the previous snapshot: requests only what changed since, usually one page; null: everything
 * @param overlap the longest time until the service lists a change, 0 to 1 hour, rounded up to seconds; null: 1 minute
 * @param maxPasses the maximum number of passes over the list, 1 to 1000; null: 20
 * @param timeout the timeout of the whole call, 1 ms to 1 day; null: 5 minutes. The client's applies to each request
 * @param cancelToken cancels the call from another thread; may be null
 */
public record SnapshotOptions(
        Snapshot previous, Duration overlap, Integer maxPasses, Duration timeout, CancelToken cancelToken) {

    /** No previous snapshot, no cancel token, and the defaults of the library. */
    public static final SnapshotOptions DEFAULT = new SnapshotOptions(null, null, null, null, null);

    /**
     * Returns a copy with another {@link #previous}.
     *
     * @param previous the previous snapshot; null for none
     * @return the copy
     */
    public SnapshotOptions previous(Snapshot previous) {
        return new SnapshotOptions(previous, overlap, maxPasses, timeout, cancelToken);
    }

    /**
     * Returns a copy with another {@link #overlap}.
     *
     * @param overlap the longest time until the service lists a change, 0 to 1 hour; null: 1 minute
     * @return the copy
     */
    public SnapshotOptions overlap(Duration overlap) {
        return new SnapshotOptions(previous, overlap, maxPasses, timeout, cancelToken);
    }

    /**
     * Returns a copy with another {@link #maxPasses}.
     *
     * @param maxPasses the maximum number of passes over the list, 1 to 1000; null: 20
     * @return the copy
     */
    public SnapshotOptions maxPasses(Integer maxPasses) {
        return new SnapshotOptions(previous, overlap, maxPasses, timeout, cancelToken);
    }

    /**
     * Returns a copy with another {@link #timeout}.
     *
     * @param timeout the timeout of the whole call, 1 ms to 1 day; null: 5 minutes
     * @return the copy
     */
    public SnapshotOptions timeout(Duration timeout) {
        return new SnapshotOptions(previous, overlap, maxPasses, timeout, cancelToken);
    }

    /**
     * Returns a copy with another {@link #cancelToken}.
     *
     * @param cancelToken cancels the call from another thread; may be null
     * @return the copy
     */
    public SnapshotOptions cancelToken(CancelToken cancelToken) {
        return new SnapshotOptions(previous, overlap, maxPasses, timeout, cancelToken);
    }

    /** Takes a snapshot. */
    Snapshot take(Handle.Use client) {
        long overlapMillis = argument("overlap", millis(overlap), " ms: use 0 to 3600000");
        int passes = (int) argument("max_passes", maxPasses, ": use 1 to 1000");
        long timeoutMillis = argument("timeout", millis(timeout), " ms: use 1 to 86400000");
        try (var earlier = Snapshot.use(previous); var token = CancelToken.use(cancelToken)) {
            return new Snapshot(Function.SNAPSHOT_TAKE.result(
                    client.pointer(), earlier.pointer(), overlapMillis, passes, timeoutMillis, token.pointer()));
        }
    }

    /** Returns -1, the library's default, for null; so a negative number is rejected here. */
    private static long argument(String name, Number value, String range) {
        if (value != null && value.longValue() < 0) {
            throw new IllegalArgumentException("invalid " + name + " " + value + range);
        }
        return value == null ? -1 : value.longValue();
    }

    private static Long millis(Duration duration) {
        if (duration == null) {
            return null;
        }
        long millis = ClientBuilder.millis(duration);
        return duration.isNegative() ? Math.min(millis, -1) : millis;
    }
}
