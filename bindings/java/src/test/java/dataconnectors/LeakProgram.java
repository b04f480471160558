package dataconnectors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A program that lists 20,000 pages, and prints its memory and file descriptors. Its argument is the base URL. */
final class LeakProgram {
    private static String stored;

    private LeakProgram() {
    }

    public static void main(String[] arguments) throws IOException {
        try (Client client = Client.builder().accessToken("canary").baseUrl(arguments[0]).build()) {
            try (Snapshot snapshot = client.snapshot()) {
                stored = snapshot.json();
            }
            run(client, 5_000);
            System.gc();
            long memory = resident();
            long descriptors = descriptors();
            run(client, 20_000);
            System.gc();
            System.out.println(memory + " " + resident() + " " + descriptors + " " + descriptors());
        }
    }

    /** Requests pages in all ways: single, complete and abandoned iterators, failures, and cancelled calls. */
    private static void run(Client client, int pages) {
        ListOptions options = ListOptions.DEFAULT.perPage(50);
        for (int page = 0; page < pages; page += 8) {
            try (CancelToken token = new CancelToken();
                    Pages abandoned = client.pages(options.prefetch(true));
                    Stream<Connector> stream = client.list(options).stream()) {
                client.listPage(options);
                abandoned.next();
                if (page % 80 == 0) {
                    Snapshot garbage = Snapshot.load(stored);
                    try (Snapshot snapshot = Snapshot.load(stored.replace("\"name\":\"", "\"name\":\"new "))) {
                        snapshot.diff(garbage);
                    }
                }
                stream.limit(1).forEach(connector -> { });
                client.pages(options.cancelToken(token)).forEachRemaining(each -> { });
                token.cancel();
                assertFails(() -> client.listPage(options.startingAfter("no cursor")));
                for (int times = 0; times < 10; times++) { // These send no request.
                    assertFails(() -> client.listPage(options.cancelToken(token)));
                    assertFails(() -> client.pages(options.perPage(99)));
                }
            }
        }
    }

    private static void assertFails(Runnable call) {
        try {
            call.run();
        } catch (DataConnectorsException | IllegalArgumentException expected) {
            return;
        }
        throw new AssertionError("the call did not fail");
    }

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
