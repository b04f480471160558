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

/** Interrupts, cancel tokens and shutdown cancel a call in each phase; closing doesn't. */
@Timeout(60)
class CancellationTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n";

    /** The phases in which a call can wait. */
    enum Phase {
        CONNECTING("http", null),
        TLS_HANDSHAKE("https", ""),
        RESPONSE("http", ""),
        HEAD("http", CancellationTest.HEAD),
        BODY("http", CancellationTest.HEAD + "\r\n{\"type\":"),
        RETRY_DELAY("http", "HTTP/1.1 503 No\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n");

        final String scheme;
        final String response;

        Phase(String scheme, String response) {
            this.scheme = scheme;
            this.response = response;
        }
    }

    @ParameterizedTest
    @EnumSource
    void interruptCancelsCall(Phase phase) throws Exception {
        cancels(phase, false, (call, client) -> call.thread.interrupt(), true);
    }

    @ParameterizedTest
    @EnumSource
    void interruptOfVirtualThreadCancelsCall(Phase phase) throws Exception {
        cancels(phase, true, (call, client) -> call.thread.interrupt(), true);
    }

    @ParameterizedTest
    @EnumSource
    void cancelTokenCancelsCall(Phase phase) throws Exception {
        cancels(phase, false, (call, client) -> call.token.cancel(), false);
    }

    @ParameterizedTest
    @EnumSource
    void shutdownCancelsCall(Phase phase) throws Exception {
        cancels(phase, false, (call, client) -> client.shutdown(), false);
    }

    /** The native client and cancel token must not be freed during the call. */
    @Test
    void callsFinishAfterClose() throws Exception {
        try (Server server = new Server("");
                Client client = Client.builder().accessToken("canary").baseUrl("http://127.0.0.1:" + server.port())
                        .timeout(Duration.ofMillis(800)).maxRetries(0).build()) {
            Call call = new Call(client, false);
            server.awaitConnection();
            client.close();
            call.token.close();
            var error = (DataConnectorsException) call.result.join();
            assertEquals(Status.TIMEOUT, error.status());
            assertFalse(call.interrupted);
        }
    }

    @Test
    void iteratorContinuesAfterInterrupt() throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "2", "--latency-ms", "1000");
                Client client = sandbox.client();
                Connectors connectors = client.list(ListOptions.DEFAULT.perPage(1).prefetch(true))) {
            String first = connectors.next().id();
            Thread main = Thread.currentThread();
            Thread.ofPlatform().start(main::interrupt);
            assertThrows(CallCancelledException.class, connectors::next);
            assertTrue(Thread.interrupted());
            assertFalse(first.equals(connectors.next().id()));
            assertFalse(connectors.hasNext());
        }
    }

    @Test
    void callOnInterruptedThreadSendsNothing() {
        try (Sandbox sandbox = new Sandbox(); Client client = sandbox.client(); Pages pages = client.pages()) {
            Thread.currentThread().interrupt();
            assertEquals(0, assertThrows(CallCancelledException.class, client::listPage).attempts());
            assertThrows(CallCancelledException.class, pages::hasNext);
            assertTrue(Thread.interrupted());
            assertTrue(pages.hasNext());
        }
    }

    @Test
    void cancelledTokenStaysCancelled() {
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

    /** A call on another thread, and what it threw. */
    private static final class Call {
        final CancelToken token = new CancelToken();
        final CompletableFuture<RuntimeException> result = new CompletableFuture<>();
        final Thread thread;
        volatile boolean interrupted;

        Call(Client client, boolean virtual) {
            Runnable run = () -> {
                try {
                    client.listPage(ListOptions.DEFAULT.cancelToken(token));
                    result.complete(null);
                } catch (RuntimeException error) {
                    interrupted = Thread.currentThread().isInterrupted();
                    result.complete(error);
                }
            };
            thread = virtual ? Thread.ofVirtual().start(run) : Thread.ofPlatform().start(run);
        }
    }

    private static void cancels(Phase phase, boolean virtual, BiConsumer<Call, Client> cancel, boolean interrupted)
            throws Exception {
        try (Server server = new Server(phase.response); Client client = server.client(phase.scheme)) {
            Call call = new Call(client, virtual);
            server.awaitWaitingClient();
            cancel.accept(call, client);
            RuntimeException error = assertTimeoutPreemptively(Duration.ofSeconds(5), call.result::join);
            assertEquals(CallCancelledException.class, error.getClass(), String.valueOf(error));
            assertEquals(Status.CANCELLED, ((CallCancelledException) error).status());
            assertEquals(interrupted, call.interrupted);
            assertEquals(interrupted, error.getMessage().contains("the thread was interrupted"), error.getMessage());
            call.token.close();
        }
    }
}
