package dataconnectors;

import static java.lang.foreign.MemorySegment.NULL;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;

/**
 * All connectors of a workspace, even if they change meanwhile; docs/consistency.md has the guarantees.
 * {@link Client#snapshot()} takes one.
 *
 * <p>Immutable and thread-safe. It does not need its client. Close it when it is no longer used; otherwise the garbage
 * collector does. The values that it returned stay valid.
 */
public final class Snapshot implements Iterable<Connector>, AutoCloseable {
    private final Handle handle;
    private final SnapshotState state;
    private final String reason;
    private final Instant asOf;
    private List<Connector> connectors;

    /** Takes ownership of a native snapshot. */
    Snapshot(MemorySegment snapshot) {
        handle = new Handle(this, "snapshot", snapshot, Function.SNAPSHOT_FREE);
        state = SnapshotState.of((int) Function.SNAPSHOT_STATE.call(snapshot));
        reason = Function.SNAPSHOT_REASON.string(snapshot);
        long millis = (long) Function.SNAPSHOT_AS_OF_MS.call(snapshot);
        asOf = millis < 0 ? null : Instant.ofEpochMilli(millis);
    }

    /**
     * Loads a snapshot from its stored form.
     *
     * @param json the {@link #json()} of an earlier snapshot, such as from a file
     * @return the snapshot, which the caller closes
     * @throws IllegalArgumentException if it is not the stored form of a snapshot, or of an unsupported version
     * @throws UnsatisfiedLinkError if the native library is missing or unusable
     */
    public static Snapshot load(String json) {
        Library.require();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stored = arena.allocateFrom(Function.checked("json", json));
            return new Snapshot(Function.SNAPSHOT_LOAD.result(stored, stored.byteSize() - 1));
        }
    }

    /**
     * Returns the state: complete, refreshed or incomplete.
     *
     * @return the state
     */
    public SnapshotState state() {
        return state;
    }

    /**
     * Returns whether the state is {@link SnapshotState#COMPLETE}: connectors that were deleted before the snapshot was
     * taken are not in it.
     *
     * @return true if it is
     */
    public boolean isComplete() {
        return state == SnapshotState.COMPLETE;
    }

    /**
     * Returns why the snapshot is incomplete.
     *
     * @return null if it is not
     */
    public String reason() {
        return reason;
    }

    /**
     * Returns the time, by the service's clock, of the list that the snapshot has.
     *
     * @return null if it is unknown, as no pass over the list was finished
     */
    public Instant asOf() {
        return asOf;
    }

    /**
     * Returns all connectors, most recently updated first. The first call decodes them; later ones work after
     * {@link #close}, too.
     *
     * @return an unmodifiable list
     * @throws IllegalStateException if the snapshot was closed before the first call
     */
    public synchronized List<Connector> connectors() {
        if (connectors == null) {
            try (var snapshot = use(this)) {
                connectors = Rows.decode(page(snapshot));
            }
        }
        return connectors;
    }

    /**
     * Iterates over all connectors.
     *
     * @return an iterator without {@code remove}
     * @throws IllegalStateException as for {@link #connectors}
     */
    @Override
    public Iterator<Connector> iterator() {
        return connectors().iterator();
    }

    /**
     * Returns the stored form, for {@link #load}: the list object with each row as the service sent it, and a member
     * {@code snapshot}. Later versions of the library load it, too.
     *
     * @return the JSON
     * @throws IllegalStateException if the snapshot is closed
     */
    public String json() {
        try (var snapshot = use(this)) {
            return Function.PAGE_JSON.string(page(snapshot));
        }
    }

    /**
     * Returns what changed since an older snapshot of the same workspace, as a JSON object: {@code added}, an array of
     * rows; {@code changed}, an array of objects with the {@code id}, the names of the changed {@code fields}, and the
     * rows {@code old} and {@code new}; {@code removed}, an array of rows, or null unless this snapshot is complete
     * and not earlier than the older one.
     *
     * <p>Connectors that an incomplete older snapshot lacks may be in {@code added}. If this snapshot is incomplete, it
     * may lack additions and changes.
     *
     * @param older the older snapshot
     * @return the JSON
     * @throws IllegalArgumentException if {@code older} is null, or from another base URL
     * @throws IllegalStateException if a snapshot is closed
     */
    public String diff(Snapshot older) {
        try (var snapshot = use(this); var other = use(older)) {
            MemorySegment diff = Function.SNAPSHOT_DIFF.result(snapshot.pointer(), other.pointer());
            try {
                return Function.DIFF_JSON.string(diff, NULL);
            } finally {
                Function.DIFF_FREE.call(diff);
            }
        }
    }

    /** Closes the snapshot: later calls of methods that need it throw {@link IllegalStateException}. */
    @Override
    public void close() {
        handle.close();
    }

    static Handle.Use use(Snapshot snapshot) {
        return snapshot == null ? Handle.Use.NOTHING : snapshot.handle.use(snapshot);
    }

    private static MemorySegment page(Handle.Use snapshot) {
        return (MemorySegment) Function.SNAPSHOT_PAGE.call(snapshot.pointer());
    }

    /**
     * Describes the snapshot without its connectors.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return "Snapshot[state=" + state + ", reason=" + reason + ", asOf=" + asOf + "]";
    }
}
