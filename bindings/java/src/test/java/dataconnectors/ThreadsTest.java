package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads on one client, also while it is closed. */
@Timeout(300)
class ThreadsTest {
    private static final int THREADS = 64;

    @Test
    void sixtyFourThreadsWalkAtOnce() throws Exception {
        walkAtOnce(Executors.newFixedThreadPool(THREADS));
    }

    @Test
    void sixtyFourVirtualThreadsDo() throws Exception {
        walkAtOnce(Executors.newVirtualThreadPerTaskExecutor());
    }

    @Test
    void closingUnderCallsIsARefusalAndNoCrash() throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "1000");
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int round = 0; round < 20; round++) {
                Client client = sandbox.client();
                Pages shared = client.pages(ListOptions.DEFAULT.perPage(1));
                CancelToken token = new CancelToken();
                Runnable[] uses = {
                    () -> client.listPage(ListOptions.DEFAULT.perPage(1).cancelToken(token)), shared::next,
                    shared::cursor, token::isCancelled, () -> client.pages().close(),
                };
                List<Callable<Boolean>> tasks = new ArrayList<>(IntStream.range(0, THREADS)
                        .mapToObj(index -> (Callable<Boolean>) () -> untilClosed(uses[index % uses.length]))
                        .toList());
                List<Runnable> ends = List.of(shared::close, client::close, token::close);
                List<Future<Boolean>> running = tasks.stream().map(threads::submit).toList();
                Thread.sleep(10);
                List<Future<?>> closing = Stream.concat(ends.stream(), ends.stream())
                        .<Future<?>>map(end -> Executors.newThreadPerTaskExecutor(Thread::new).submit(end)).toList();
                for (Future<?> end : closing) {
                    end.get();
                }
                for (Future<Boolean> use : running) {
                    assertTrue(use.get());
                }
            }
        }
    }

    private static void walkAtOnce(ExecutorService threads) throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "300"); Client client = sandbox.client(); threads) {
            List<String> expected = client.stream().map(Connector::id).toList();
            List<Callable<List<String>>> walks = IntStream.range(0, THREADS)
                    .<Callable<List<String>>>mapToObj(index -> () -> client
                            .stream(ListOptions.DEFAULT.perPage(10 + index % 40).prefetch(index % 2 == 0))
                            .map(Connector::id).toList())
                    .toList();
            for (Future<List<String>> walk : threads.invokeAll(walks)) {
                assertEquals(expected, walk.get());
            }
        }
    }

    private static boolean untilClosed(Runnable use) {
        for (int times = 0; times < 1_000; times++) {
            try {
                use.run();
            } catch (IllegalStateException closed) {
                return closed.getMessage().contains("closed");
            } catch (NoSuchElementException ended) {
                return true;
            }
        }
        return true;
    }
}
