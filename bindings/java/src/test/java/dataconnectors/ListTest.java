package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pages, iterators, streams, and cursors. */
class ListTest {
    private static final ListOptions FIFTY = ListOptions.DEFAULT.perPage(50);

    private static Sandbox sandbox;
    private static Client client;

    @BeforeAll
    static void start() {
        sandbox = new Sandbox("--connectors", "137");
        client = sandbox.client();
    }

    @AfterAll
    static void stop() {
        client.close();
        sandbox.close();
    }

    @Test
    void pagesAreImmutable() {
        Page page = client.listPage(ListOptions.DEFAULT.perPage(3));
        assertEquals(3, page.connectors().size());
        assertTrue(page.hasNext());
        assertEquals(page.connectors(), client.listPage(ListOptions.DEFAULT.perPage(3)).connectors());
        assertThrows(UnsupportedOperationException.class, () -> page.connectors().remove(0));
        assertEquals(20, client.listPage().connectors().size());
    }

    @Test
    void allIteratorsReturnAllConnectors() {
        List<Connector> byPages = new ArrayList<>();
        for (Page page : client.pages(FIFTY)) {
            byPages.addAll(page.connectors());
        }
        List<Connector> byConnectors = new ArrayList<>();
        client.list().forEachRemaining(byConnectors::add);
        assertEquals(137, byPages.size());
        assertEquals(byPages, byConnectors);
        try (Stream<Connector> stream = client.list(FIFTY.prefetch(true)).stream()) {
            assertEquals(byPages, stream.toList());
        }
        Set<String> ids = new HashSet<>();
        client.list().stream().parallel().map(Connector::id).forEach(id -> {
            synchronized (ids) {
                ids.add(id);
            }
        });
        assertEquals(137, ids.size());
    }

    @Test
    void iteratorsFollowTheirContract() {
        try (Pages pages = client.pages(FIFTY)) {
            assertTrue(pages.hasNext());
            assertTrue(pages.hasNext());
            assertEquals(50, pages.next().connectors().size());
            assertEquals(50, pages.next().connectors().size());
            assertEquals(37, pages.next().connectors().size());
            assertFalse(pages.hasNext());
            assertThrows(NoSuchElementException.class, pages::next);
        }
        Connectors connectors = client.list(FIFTY);
        assertEquals(137, Stream.generate(connectors::next).limit(137).count());
        assertThrows(NoSuchElementException.class, connectors::next);
        assertFalse(connectors.hasNext());
    }

    /** hasNext() must not move the cursor past a page that was not returned. */
    @Test
    void cursorRefersToTheNextPage() {
        try (Pages pages = client.pages(FIFTY)) {
            assertNull(pages.cursor());
            pages.hasNext();
            assertNull(pages.cursor());
            String next = pages.next().nextCursor();
            assertEquals(next, pages.cursor());
            pages.hasNext();
            assertEquals(next, pages.cursor());
            try (Pages rest = client.pages(FIFTY.startingAfter(next))) {
                assertEquals(next, rest.cursor());
                assertEquals(pages.next().connectors(), rest.next().connectors());
            }
            pages.forEachRemaining(page -> { });
            assertNull(pages.cursor());
        }
    }

    @Test
    void cursorOfConnectorsRefersToTheirPage() {
        try (Connectors connectors = client.list(FIFTY)) {
            List<Connector> first = new ArrayList<>();
            for (int count = 0; count < 50; count++) {
                first.add(connectors.next());
                assertNull(count < 49 ? connectors.cursor() : null);
            }
            String second = connectors.cursor();
            Connector next = connectors.next();
            assertEquals(second, connectors.cursor());
            try (Connectors again = client.list(FIFTY.startingAfter(second))) {
                assertEquals(next, again.next());
            }
            assertFalse(first.contains(next));
        }
    }

    @Test
    void streamClosesItsIterator() {
        Connectors connectors = client.list(ListOptions.DEFAULT.perPage(1));
        try (Stream<Connector> stream = connectors.stream()) {
            assertEquals(2, stream.limit(2).count());
        }
        assertThrows(IllegalStateException.class, connectors::hasNext);
    }

    @Test
    void iteratorKeepsItsClientAlive() throws InterruptedException {
        Connectors connectors = sandbox.client().list(ListOptions.DEFAULT.perPage(1));
        connectors.next();
        for (int round = 0; round < 3; round++) {
            System.gc();
            Thread.sleep(20);
            connectors.next();
        }
        connectors.close();
    }
}
