package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Closing, limits and interruption of snapshots; the conformance cases test their results. */
@Timeout(60)
class SnapshotTest {

    @Test
    void snapshotOutlivesItsClient() {
        try (Sandbox sandbox = new Sandbox("--connectors", "10000"); Client client = sandbox.client();
                Snapshot snapshot = client.snapshot()) {
            client.close();
            assertEquals(10_000, snapshot.connectors().size());
            assertSame(snapshot.connectors(), snapshot.connectors());
            try (Snapshot loaded = Snapshot.load(snapshot.json())) {
                snapshot.close();
                assertEquals(SnapshotState.COMPLETE, loaded.state());
                assertEquals(10_000, loaded.connectors().size());
                assertEquals("{\"added\":[],\"changed\":[],\"removed\":[]}", loaded.diff(loaded));
            }
        }
    }

    @Test
    void closedSnapshotRejectsCalls() {
        try (Sandbox sandbox = new Sandbox("--connectors", "3"); Client client = sandbox.client();
                Snapshot open = client.snapshot()) {
            Snapshot closed = client.snapshot();
            closed.close();
            closed.close();
            for (Executable use : List.<Executable>of(
                    closed::connectors, closed::iterator, closed::json, () -> closed.diff(open),
                    () -> open.diff(closed), () -> client.snapshot(SnapshotOptions.DEFAULT.previous(closed)))) {
                assertEquals("the snapshot is closed", assertThrows(IllegalStateException.class, use).getMessage());
            }
            assertTrue(closed.isComplete());
            client.close();
            String message = assertThrows(IllegalStateException.class, client::snapshot).getMessage();
            assertEquals("the client is closed", message);
        }
    }

    @Test
    void connectorsOfAClosedSnapshotStayReadable() {
        try (Sandbox sandbox = new Sandbox("--connectors", "3"); Client client = sandbox.client()) {
            Snapshot snapshot = client.snapshot();
            List<Connector> connectors = snapshot.connectors();
            snapshot.close();
            assertSame(connectors, snapshot.connectors());
            assertEquals(connectors.getFirst(), snapshot.iterator().next());
            assertThrows(IllegalStateException.class, snapshot::json);
        }
    }

    @Test
    void rejectsInvalidArguments() {
        SnapshotOptions options = SnapshotOptions.DEFAULT;
        try (Sandbox sandbox = new Sandbox("--connectors", "3"); Client client = sandbox.client();
                Snapshot snapshot = client.snapshot(options.overlap(Duration.ZERO).timeout(Duration.ofDays(1)))) {
            assertRejected("invalid overlap 3600001 ms",
                    () -> client.snapshot(options.overlap(Duration.ofHours(1).plusNanos(1))));
            assertRejected("invalid max_passes 0", () -> client.snapshot(options.maxPasses(0)));
            assertRejected("invalid timeout 0 ms", () -> client.snapshot(options.timeout(Duration.ZERO)));
            assertRejected("invalid overlap -1 ms: use 0 to 3600000",
                    () -> client.snapshot(options.overlap(Duration.ofMillis(-1))));
            assertRejected("invalid overlap -1 ms", () -> client.snapshot(options.overlap(Duration.ofNanos(-1))));
            assertRejected("invalid max_passes -1: use 1 to 1000", () -> client.snapshot(options.maxPasses(-1)));
            assertRejected("invalid timeout -1 ms: use 1 to 86400000",
                    () -> client.snapshot(options.timeout(Duration.ofMillis(-1))));
            assertRejected("older is NULL", () -> snapshot.diff(null));
            assertRejected("invalid json: contains a NUL", () -> Snapshot.load(snapshot.json() + "\0"));
        }
    }

    /** All connectors of the first page are new: the snapshot waits until they are older than the overlap. */
    @Test
    void interruptCancelsASnapshotThatWaits() throws Exception {
        String[] creates = Collections.nCopies(50, "--change-before=1:create").toArray(String[]::new);
        try (Sandbox sandbox = new Sandbox(creates); Client client = sandbox.client()) {
            Thread main = Thread.currentThread();
            Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(500);
                } catch (InterruptedException error) {
                    throw new AssertionError(error);
                }
                main.interrupt();
            });
            long start = System.nanoTime();
            var error = assertThrows(CallCancelledException.class, client::snapshot);
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(millis >= 400 && millis < 5_000, millis + " ms");
            assertTrue(Thread.interrupted());
            assertTrue(error.getMessage().contains("the thread was interrupted"), error.getMessage());
            assertFalse(client.listPage().connectors().isEmpty());
        }
    }

    private static void assertRejected(String part, Executable use) {
        String message = assertThrows(IllegalArgumentException.class, use).getMessage();
        assertTrue(message.contains(part), message);
    }
}
