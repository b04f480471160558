package dataconnectors;

import java.util.Arrays;

/** The states of a {@link Snapshot}. Later versions may add values. */
public enum SnapshotState {
    /** Connectors may be missing or outdated; see {@link Snapshot#reason()}. */
    INCOMPLETE,
    /** Every connector is in it, in its current version. Connectors that were deleted before it was taken are not. */
    COMPLETE,
    /** As complete, but connectors that were deleted since the previous snapshot may still be in it. */
    REFRESHED,
    /** A state that this version doesn't know. */
    UNKNOWN;

    static SnapshotState of(int number) {
        return Arrays.stream(values())
                .filter(state -> state != UNKNOWN && Abi.constant("DC_SNAPSHOT_" + state) == number)
                .findFirst().orElse(UNKNOWN);
    }
}
