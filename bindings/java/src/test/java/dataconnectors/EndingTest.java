package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What ends a call: an interrupt, a token, a shutdown; and what doesn't: closing. */
@Timeout(60)
class EndingTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n";

    /** Where a call can wait. */
    enum Phase {
        CONNECTING("http", null),
        TLS_HANDSHAKE("https", ""),
        ANSWER("http", ""),
        HEAD("http", EndingTest.HEAD),
        BODY("http", EndingTest.HEAD + "\r\n{\"type\":"),
        NEXT_ATTEMPT("http", "HTTP/1.1 503 No\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n");

        final String scheme;
        final String answer;

        Phase(String scheme, String answer) {
            this.scheme = scheme;
            this.answer = answer;
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsACall(Phase phase) throws Exception {
        ends(phase, false, (call, client) -> call.thread.interrupt(), true);
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfAVirtualThreadDoes(Phase phase) throws Exception {
        ends(phase, true, (call, client) -> call.thread.interrupt(), true);
    }

    @ParameterizedTest
    @EnumSource
    void aTokenDoes(Phase phase) throws Exception {
        ends(phase, false, (call, client) -> call.token.cancel(), false);
    }

    @ParameterizedTest
    @EnumSource
    void aShutdownDoes(Phase phase) throws Exception {
        ends(phase, false, (call, client) -> client.shutdown(), false);
    }

    /** The native client and token must not be freed under the call. */
    @Test
    void closingLetsACallGoOn() throws Exception {
        try (Server server = new Server("");
                Client client = Client.builder().token("canary").baseUrl("http://127.0.0.1:" + server.port())
                        .timeout(Duration.ofMillis(800)).maxRetries(0).build()) {
            Call call = new Call(client, false);
            server.awaitCaller();
            client.close();
            call.token.close();
            var error = (DataConnectorsException) call.result.join();
            assertEquals(Status.TIMEOUT, error.status());
            assertFalse(call.interrupted);
        }
    }

    @Test
    void aWalkGoesOnAfterAnInterrupt() throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "2", "--latency-ms", "1000");
                Client client = sandbox.client();
                Connectors walk = client.connectors(ListOptions.DEFAULT.perPage(1).prefetch(true))) {
            String first = walk.next().id();
            Thread main = Thread.currentThread();
            Thread.ofPlatform().start(main::interrupt);
            assertThrows(CallCancelledException.class, walk::next);
            assertTrue(Thread.interrupted());
            assertFalse(first.equals(walk.next().id()));
            assertFalse(walk.hasNext());
        }
    }

    @Test
    void aThreadThatIsInterruptedMakesNoCall() {
        try (Sandbox sandbox = new Sandbox(); Client client = sandbox.client(); Pages pages = client.pages()) {
            Thread.currentThread().interrupt();
            assertEquals(0, assertThrows(CallCancelledException.class, client::listPage).attempts());
            assertThrows(CallCancelledException.class, pages::hasNext);
            assertTrue(Thread.interrupted());
            assertTrue(pages.hasNext());
        }
    }

    @Test
    void aCancelledTokenStaysSo() {
        try (Sandbox sandbox = new Sandbox(); Client client = sandbox.client(); CancelToken token = new CancelToken()) {
            ListOptions options = ListOptions.DEFAULT.cancelToken(token);
            assertFalse(token.isCancelled());
            client.listPage(options);
            token.cancel();
            token.cancel();
            assertTrue(token.isCancelled());
            assertThrows(CallCancelledException.class, () -> client.listPage(options));
            assertThrows(CallCancelledException.class, client.pages(options)::next);
            client.shutdown();
            assertThrows(CallCancelledException.class, client::listPage);
        }
    }

    /** A call on a thread of its own, and what it threw. */
    private static final class Call {
        final CancelToken token = new CancelToken();
        final CompletableFuture<RuntimeException> result = new CompletableFuture<>();
        final Thread thread;
        volatile boolean interrupted;

        Call(Client client, boolean virtual) {
            Runnable call = () -> {
                try {
                    client.listPage(ListOptions.DEFAULT.cancelToken(token));
                    result.complete(null);
                } catch (RuntimeException error) {
                    interrupted = Thread.currentThread().isInterrupted();
                    result.complete(error);
                }
            };
            thread = virtual ? Thread.ofVirtual().start(call) : Thread.ofPlatform().start(call);
        }
    }

    private static void ends(Phase phase, boolean virtual, BiConsumer<Call, Client> end, boolean interrupted)
            throws Exception {
        try (Server server = new Server(phase.answer); Client client = server.client(phase.scheme)) {
            Call call = new Call(client, virtual);
            server.awaitCaller();
            Thread.sleep(100); // So that it is waiting by now; were it not yet, it has to end all the same.
            end.accept(call, client);
            RuntimeException error = assertTimeoutPreemptively(Duration.ofSeconds(5), call.result::join);
            assertEquals(CallCancelledException.class, error.getClass(), String.valueOf(error));
            assertEquals(Status.CANCELLED, ((CallCancelledException) error).status());
            assertEquals(interrupted, call.interrupted);
            assertEquals(interrupted, error.getMessage().contains("the thread was interrupted"), error.getMessage());
            call.token.close();
        }
    }
}
