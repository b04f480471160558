package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Invalid options and arguments, and use after closing, are rejected. */
class ValidationTest {

    @Test
    void rejectsInvalidOptions() {
        assertRejected("access token", () -> builder().accessToken(null).build());
        assertRejected("access token", () -> Client.builder().build());
        assertRejected("invalid access_token: contains a NUL", () -> builder().accessToken("a\0b").build());
        assertRejected("invalid base_url: contains a NUL or an unpaired surrogate",
                () -> builder().baseUrl("https://host/\ud83d").build());
        assertRejected("invalid option: contains a NUL", () -> builder().option("a\0b", "1").build());
        assertRejected("86400000", () -> builder().timeout(Duration.ofSeconds(Long.MAX_VALUE)).build());
        assertRejected("86400000", () -> builder().connectTimeout(Duration.ofSeconds(Long.MIN_VALUE)).build());
        assertRejected("invalid timeout_ms 0: use 1 to 86400000", () -> builder().timeout(Duration.ZERO).build());
        assertRejected("invalid timeout_ms 86400001", () -> builder().timeout(Duration.ofDays(1).plusNanos(1)).build());
        assertRejected("invalid timeout_ms -1", () -> builder().timeout(Duration.ofMillis(-1)).build());
        assertRejected("invalid connect_timeout_ms -5000",
                () -> builder().connectTimeout(Duration.ofSeconds(-5)).build());
        assertRejected("0 to 10", () -> builder().maxRetries(11).build());
        assertRejected("1024 to 1073741824", () -> builder().maxResponseBytes(0).build());
        assertRejected("could not read ca_file",
                () -> builder().caFile(Path.of("/no/such/file.pem")).systemRoots(false).build());
        assertRejected("could not read client_certificate_file",
                () -> builder().clientCertificateFile(Path.of("/no/such/file.pem")).build());
        assertRejected("could not read client_key_file",
                () -> builder().clientKeyFile(Path.of("/no/such/file.key")).build());
        assertRejected("region and base_url replace each other: set one of them",
                () -> builder().baseUrl("https://host.example").region("eu").build());
        assertRejected("region and base_url replace each other: set one of them",
                () -> builder().baseUrl("https://host.example").option("region", "eu").build());
        assertRejected("ca_file and system_roots replace each other: set one of them",
                () -> builder().caFile(Path.of("file.pem")).systemRoots(true).build());
        assertRejected("invalid timeout_ms \"x\": use an integer", () -> builder().option("timeout_ms", "x").build());
        assertRejected("did you mean timeout_ms?", () -> builder().option("timeout_m", "1").build());
        assertThrows(NullPointerException.class, () -> builder().option(null, "1"));
        builder().option("region", "x").option("region", null).option("timeout_ms", "1").build().close();
        builder().caFile(Path.of("/no/such/file.pem")).caFile(null).build().close();
        builder().timeout(Duration.ofNanos(1)).connectTimeout(Duration.ofDays(1)).build().close();
        builder().region(null).proxy(null).caFile(null).noProxy("").waitForRateLimit(true).systemRoots(false)
                .build().close();
    }

    @Test
    void lastValueIsInEffect() {
        assertRejected("unencrypted", () -> builder().baseUrl("https://host").baseUrl("http://host.example").build());
        assertRejected("use us, eu or au", () -> builder().region("eu").region("nowhere").build());
        builder().baseUrl("http://host.example").allowInsecureHttp(true).build().close();
        ClientBuilder builder = builder();
        builder.build().close();
        builder.build().close();
    }

    @Test
    void rejectsInvalidArguments() {
        try (Client client = builder().build()) {
            ListOptions options = ListOptions.DEFAULT;
            assertRejected("1 to 50", () -> client.listPage(options.perPage(51)));
            assertRejected("1 to 50", () -> client.pages(options.perPage(-1)));
            assertRejected("invalid starting_after: contains a NUL", () -> client.list(options.startingAfter("a\0b")));
            assertRejected("unpaired surrogate", () -> client.list(options.startingAfter("\udc00")));
            assertRejected("starting_after", () -> client.listPage(options.startingAfter("")));
        }
    }

    @Test
    void rejectsUseAfterClose() {
        try (Sandbox sandbox = new Sandbox("--connectors", "9")) {
            Client client = sandbox.client();
            CancelToken token = new CancelToken();
            ListOptions options = ListOptions.DEFAULT.perPage(1).cancelToken(token);
            Pages pages = client.pages(options);
            pages.next();
            token.close();
            token.close();
            assertClosed("the cancel token is closed", token::cancel);
            assertClosed("the cancel token is closed", token::isCancelled);
            assertClosed("the cancel token is closed", pages::hasNext);
            assertClosed("the cancel token is closed", () -> client.listPage(options));
            Pages others = client.pages();
            pages.close();
            pages.close();
            assertClosed("the iterator is closed", pages::next);
            pages.cursor();
            Connectors connectors = client.list();
            connectors.next();
            connectors.close();
            assertClosed("the iterator is closed", connectors::hasNext);
            Pages ahead = client.pages();
            ahead.hasNext();
            ahead.close();
            assertClosed("the iterator is closed", ahead::next);
            client.close();
            client.close();
            assertClosed("the client is closed", others::next);
            for (Executable use : List.<Executable>of(
                    client::listPage, client::pages, client::list, client::shutdown)) {
                assertClosed("the client is closed", use);
            }
        }
    }

    @Test
    void exceptionsAreSerializableWithoutSecrets() throws Exception {
        try (Sandbox sandbox = new Sandbox("--token", "another"); Client client = sandbox.client()) {
            var error = assertThrows(ApiStatusException.class, client::listPage);
            var bytes = new ByteArrayOutputStream();
            new ObjectOutputStream(bytes).writeObject(error);
            assertFalse(bytes.toString().contains("canary-token-of-java"));
            var copy = (ApiStatusException)
                    new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
            assertEquals(Status.UNAUTHORIZED, copy.status());
            assertEquals("DC_ERR_UNAUTHORIZED", copy.statusName());
            assertEquals(401, copy.httpStatus());
            assertEquals("unauthorized", copy.apiCode());
            assertEquals(error.rateLimit(), copy.rateLimit());
            assertEquals(error.getMessage(), copy.getMessage());
            assertTrue(error.getMessage().endsWith(" (request id " + error.requestId() + ")"), error.getMessage());
        }
    }

    private static ClientBuilder builder() {
        return Client.builder().accessToken("canary-token-of-java");
    }

    private static void assertRejected(String part, Executable use) {
        String message = assertThrows(IllegalArgumentException.class, use).getMessage();
        assertTrue(message.contains(part), message);
        assertFalse(message.contains("canary"), message);
    }

    private static void assertClosed(String message, Executable use) {
        assertEquals(message, assertThrows(IllegalStateException.class, use).getMessage());
    }
}
