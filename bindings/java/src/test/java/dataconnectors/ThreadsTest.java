package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads use one client, also while it is closed. */
@Timeout(300)
class ThreadsTest {
    private static final int THREADS = 64;

    @Test
    void platformThreadsShareAClient() throws Exception {
        listConcurrently(Executors.newFixedThreadPool(THREADS));
    }

    @Test
    void virtualThreadsShareAClient() throws Exception {
        listConcurrently(Executors.newVirtualThreadPerTaskExecutor());
    }

    @Test
    void closingDuringCallsIsSafe() throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "1000");
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            String stored = storedSnapshot();
            int[] closed = new int[5]; // of each of the uses below
            for (int round = 0; round < 20; round++) {
                Client client = sandbox.client();
                Pages shared = client.pages(ListOptions.DEFAULT.perPage(1));
                CancelToken token = new CancelToken();
                Snapshot snapshot = Snapshot.load(stored);
                Runnable[] uses = {
                    () -> client.listPage(ListOptions.DEFAULT.perPage(1).cancelToken(token)),
                    () -> {
                        shared.next();
                        shared.cursor();
                    },
                    token::isCancelled, () -> client.pages().close(),
                    () -> {
                        snapshot.connectors();
                        snapshot.diff(snapshot);
                    },
                };
                CountDownLatch used = new CountDownLatch(THREADS);
                List<Callable<Boolean>> tasks = new ArrayList<>(IntStream.range(0, THREADS)
                        .mapToObj(index -> (Callable<Boolean>) () -> isClosedDuringUse(uses[index % uses.length], used))
                        .toList());
                List<Runnable> closes = List.of(shared::close, client::close, token::close, snapshot::close);
                List<Future<Boolean>> running = tasks.stream().map(threads::submit).toList();
                used.await();
                List<Future<?>> closing = Stream.concat(closes.stream(), closes.stream())
                        .<Future<?>>map(close -> Executors.newThreadPerTaskExecutor(Thread::new).submit(close))
                        .toList();
                for (Future<?> close : closing) {
                    close.get();
                }
                for (int index = 0; index < THREADS; index++) {
                    closed[index % closed.length] += running.get(index).get() ? 1 : 0;
                }
            }
            for (int use = 0; use < closed.length; use++) {
                assertTrue(closed[use] > 0, "use " + use + " was never closed");
            }
        }
    }

    @Test
    void threadsShareAnIterator() throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "500");
                Client client = sandbox.client();
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Connectors shared = client.list(ListOptions.DEFAULT.perPage(7));
            List<String> ids = Collections.synchronizedList(new ArrayList<>());
            Callable<Void> task = () -> {
                while (true) {
                    try {
                        ids.add(shared.next().id());
                    } catch (NoSuchElementException end) {
                        return null;
                    }
                }
            };
            for (Future<Void> done : threads.invokeAll(Collections.nCopies(8, task))) {
                done.get();
            }
            assertEquals(500, ids.size());
            assertEquals(500, Set.copyOf(ids).size());
        }
    }

    private static String storedSnapshot() {
        try (Sandbox sandbox = new Sandbox("--connectors", "9"); Client client = sandbox.client();
                Snapshot snapshot = client.snapshot()) {
            return snapshot.json();
        }
    }

    private static void listConcurrently(ExecutorService threads) throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "300"); Client client = sandbox.client(); threads) {
            List<String> expected = client.list().stream().map(Connector::id).toList();
            List<Callable<List<String>>> lists = IntStream.range(0, THREADS)
                    .<Callable<List<String>>>mapToObj(index -> () -> client
                            .list(ListOptions.DEFAULT.perPage(10 + index % 40).prefetch(index % 2 == 0)).stream()
                            .map(Connector::id).toList())
                    .toList();
            for (Future<List<String>> list : threads.invokeAll(lists)) {
                assertEquals(expected, list.get());
            }
        }
    }

    /** Repeats a use, which must succeed at first, until it fails; false at the end of the list. */
    private static boolean isClosedDuringUse(Runnable use, CountDownLatch used) {
        boolean isFirst = true;
        while (true) {
            try {
                use.run();
            } catch (IllegalStateException closed) {
                assertTrue(!isFirst && closed.getMessage().contains("closed"), closed.toString());
                return true;
            } catch (NoSuchElementException end) {
                return false;
            } finally {
                if (isFirst) {
                    used.countDown();
                }
            }
            isFirst = false;
            Thread.yield();
        }
    }
}
