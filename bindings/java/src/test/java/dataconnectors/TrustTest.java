package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients trust a CA file or the system's certificate authorities; the last value set is in effect. */
class TrustTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    private Path folder;

    private Path certificate;
    private SSLServerSocket listener;

    /** A program whose arguments are the base URL, and options in their order. */
    static final class Listing {
        private Listing() {
        }

        public static void main(String[] arguments) {
            ClientBuilder builder = Client.builder().accessToken("canary").baseUrl(arguments[0]).maxRetries(0);
            for (String option : List.of(arguments).subList(1, arguments.length)) {
                switch (option) {
                    case "system" -> builder.systemRoots(true);
                    case "bundled" -> builder.systemRoots(false);
                    case "none" -> builder.caFile(null);
                    default -> builder.caFile(Path.of(option));
                }
            }
            try (Client client = builder.build()) {
                System.out.print(client.listPage().connectors().size());
            } catch (DataConnectorsException error) {
                System.out.print(error.status());
            }
        }
    }

    @BeforeEach
    void serve() throws Exception {
        Path keys = folder.resolve("keys");
        certificate = folder.resolve("certificate.pem");
        keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=ip:127.0.0.1",
                "-keystore", keys.toString(), "-keypass", "password");
        keytool("-exportcert", "-rfc", "-file", certificate.toString(), "-keystore", keys.toString());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stored = Files.newInputStream(keys)) {
            store.load(stored, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        listener = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::respond);
    }

    @AfterEach
    void stop() throws Exception {
        listener.close();
    }

    @Test
    void lastValueIsInEffect() throws Exception {
        String file = certificate.toString();
        assertEquals("TLS", listed("/no/such/file"));
        assertEquals("1", listed("/no/such/file", file));
        assertEquals("1", listed("/no/such/file", file, "bundled"));
        assertEquals("TLS", listed("/no/such/file", file, "none"));
        assertEquals("1", listed(file, "system"));
        assertEquals("1", listed(file, "none", "system", "none", "system"));
        assertEquals("TLS", listed(file, "system", "bundled"));
        assertEquals("1", listed("/no/such/file", "system", file, "bundled"));
    }

    /** Returns what a process lists, or its error; {@code systems} is the file of the system's authorities. */
    private String listed(String systems, String... options) throws Exception {
        String[] arguments = new String[5 + options.length];
        System.arraycopy(options, 0, arguments, 5, options.length);
        arguments[0] = "--enable-native-access=ALL-UNNAMED";
        arguments[1] = "-cp";
        arguments[2] = LibraryTest.classes();
        arguments[3] = Listing.class.getName();
        arguments[4] = "https://127.0.0.1:" + listener.getLocalPort();
        return Program.java(Map.of("SSL_CERT_FILE", systems, "SSL_CERT_DIR", ""), arguments).output();
    }

    private void respond() {
        while (!listener.isClosed()) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                Server.readHead(socket);
                socket.getOutputStream().write(Server.list("[{\"id\":\"1\"}]").getBytes(StandardCharsets.UTF_8));
            } catch (IOException handshakeFailed) {
                continue; // The client does not trust it, or the listener is closed.
            }
        }
    }

    private static void keytool(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-storepass", "password"));
        command.addAll(List.of(arguments));
        Program program = Program.run(Map.of(), command);
        assertEquals(0, program.exitStatus(), program.output());
    }
}
