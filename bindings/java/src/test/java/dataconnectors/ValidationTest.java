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

/** Invalid options and arguments are refused, and so is use after closing. */
class ValidationTest {

    @Test
    void refusesInvalidOptions() {
        refused("access token", () -> builder().accessToken(null).build());
        refused("access token", () -> Client.builder().build());
        refused("invalid access_token: contains a NUL", () -> builder().accessToken("a\0b").build());
        refused("invalid base_url: contains a NUL or an unpaired surrogate",
                () -> builder().baseUrl("https://host/\ud83d").build());
        refused("invalid option: contains a NUL", () -> builder().option("a\0b", "1").build());
        refused("86400000", () -> builder().timeout(Duration.ofSeconds(Long.MAX_VALUE)).build());
        refused("86400000", () -> builder().connectTimeout(Duration.ofSeconds(Long.MIN_VALUE)).build());
        refused("invalid timeout_ms 0: use 1 to 86400000", () -> builder().timeout(Duration.ZERO).build());
        refused("invalid timeout_ms 86400001", () -> builder().timeout(Duration.ofDays(1).plusNanos(1)).build());
        refused("invalid timeout_ms -1", () -> builder().timeout(Duration.ofMillis(-1)).build());
        refused("invalid connect_timeout_ms -5000", () -> builder().connectTimeout(Duration.ofSeconds(-5)).build());
        refused("0 to 10", () -> builder().maxRetries(11).build());
        refused("1024 to 1073741824", () -> builder().maxResponseBytes(0).build());
        refused("could not read ca_file",
                () -> builder().caFile(Path.of("/no/such/file.pem")).systemRoots(false).build());
        refused("region and base_url replace each other: set one of them",
                () -> builder().baseUrl("https://host.example").region("eu").build());
        refused("region and base_url replace each other: set one of them",
                () -> builder().baseUrl("https://host.example").option("region", "eu").build());
        refused("ca_file and system_roots replace each other: set one of them",
                () -> builder().caFile(Path.of("file.pem")).systemRoots(true).build());
        refused("invalid timeout_ms \"x\": use an integer", () -> builder().option("timeout_ms", "x").build());
        refused("did you mean timeout_ms?", () -> builder().option("timeout_m", "1").build());
        builder().option("region", "x").option("region", null).option("timeout_ms", "1").build().close();
        builder().caFile(Path.of("/no/such/file.pem")).caFile(null).build().close();
        builder().timeout(Duration.ofNanos(1)).connectTimeout(Duration.ofDays(1)).build().close();
        builder().region(null).proxy(null).caFile(null).noProxy("").waitForRateLimit(true).systemRoots(false)
                .build().close();
    }

    @Test
    void lastValueIsInEffect() {
        refused("unencrypted", () -> builder().baseUrl("https://host").baseUrl("http://host.example").build());
        refused("use us, eu or au", () -> builder().region("eu").region("nowhere").build());
        builder().baseUrl("http://host.example").allowInsecureHttp(true).build().close();
        ClientBuilder builder = builder();
        builder.build().close();
        builder.build().close();
    }

    @Test
    void refusesInvalidArguments() {
        try (Client client = builder().build()) {
            ListOptions options = ListOptions.DEFAULT;
            refused("1 to 50", () -> client.listPage(options.perPage(51)));
            refused("1 to 50", () -> client.pages(options.perPage(-1)));
            refused("invalid starting_after: contains a NUL", () -> client.list(options.startingAfter("a\0b")));
            refused("unpaired surrogate", () -> client.list(options.startingAfter("\udc00")));
            refused("starting_after", () -> client.listPage(options.startingAfter("")));
        }
    }

    @Test
    void refusesUseAfterClose() {
        try (Sandbox sandbox = new Sandbox("--connectors", "9")) {
            Client client = sandbox.client();
            CancelToken token = new CancelToken();
            ListOptions options = ListOptions.DEFAULT.perPage(1).cancelToken(token);
            Pages pages = client.pages(options);
            pages.next();
            token.close();
            token.close();
            closed("the cancel token is closed", token::cancel);
            closed("the cancel token is closed", token::isCancelled);
            closed("the cancel token is closed", pages::hasNext);
            closed("the cancel token is closed", () -> client.listPage(options));
            Pages others = client.pages();
            pages.close();
            pages.close();
            closed("the iterator is closed", pages::next);
            pages.cursor();
            Connectors connectors = client.list();
            connectors.next();
            connectors.close();
            closed("the iterator is closed", connectors::hasNext);
            Pages ahead = client.pages();
            ahead.hasNext();
            ahead.close();
            closed("the iterator is closed", ahead::next);
            client.close();
            client.close();
            closed("the client is closed", others::next);
            for (Executable use : List.<Executable>of(
                    client::listPage, client::pages, client::list, client::shutdown)) {
                closed("the client is closed", use);
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

    private static void refused(String part, Executable use) {
        String message = assertThrows(IllegalArgumentException.class, use).getMessage();
        assertTrue(message.contains(part), message);
        assertFalse(message.contains("canary"), message);
    }

    private static void closed(String message, Executable use) {
        assertEquals(message, assertThrows(IllegalStateException.class, use).getMessage());
    }
}
