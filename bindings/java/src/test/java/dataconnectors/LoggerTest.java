package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Loggers receive the log lines of the library. */
class LoggerTest {

    /** Records the lines, and optionally throws. */
    private static final class Lines implements System.Logger {
        final List<String> lines = Collections.synchronizedList(new ArrayList<>());
        final Set<Level> levels = Collections.synchronizedSet(new TreeSet<>());
        final Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
        boolean fails;

        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            throw new AssertionError("not used");
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            lines.add(format);
            levels.add(level);
            threads.add(Thread.currentThread());
            if (fails) {
                throw new IllegalStateException("logger failure");
            }
        }
    }

    @Test
    void receivesLinesOnTheThreadOfTheCall() throws IOException {
        Lines logger = new Lines();
        try (Sandbox sandbox = new Sandbox();
                Client client = sandbox.builder().logger(logger).build();
                Server failing = new Server("HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                Client other = failing.builder("http").logger(logger).maxRetries(1).build()) {
            client.pages(ListOptions.DEFAULT.perPage(50).prefetch(true)).forEachRemaining(page -> { });
            assertEquals(Set.of(Level.DEBUG, Level.INFO), logger.levels);
            assertThrows(ApiStatusException.class, other::listPage);
        }
        assertEquals(Set.of(Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR), logger.levels);
        assertEquals(Set.of(Thread.currentThread()), logger.threads);
        assertTrue(logger.lines.stream().noneMatch(line -> line.contains("canary")), logger.lines.toString());
    }

    @Test
    void exceptionsFromALoggerAreIgnored() {
        Lines logger = new Lines();
        logger.fails = true;
        try (Sandbox sandbox = new Sandbox(); Client client = sandbox.builder().logger(logger).build()) {
            assertEquals(20, client.listPage().connectors().size());
        }
        assertFalse(logger.lines.isEmpty());
    }

    @Test
    void isReleasedWithTheLastClient() {
        int before = Callbacks.LOGGERS.size();
        ClientBuilder builder = Client.builder().accessToken("canary").logger(new Lines());
        Client first = builder.build();
        Client second = builder.build();
        assertEquals(before + 2, Callbacks.LOGGERS.size());
        first.close();
        second.close();
        assertEquals(before, Callbacks.LOGGERS.size());
    }
}
