package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dataconnectors.conformance.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares the rows with the JSON of their page. */
class RowsTest {
    private static final String UNUSUAL_ROWS = """
            [{"type": "data_connector", "id": "1", "name": "a\\u0000b", "description": "", "state": "live",
              "http_method": "patch", "direct_fin_usage": false, "created_at": "1969-12-31T23:59:59Z"},
             {"id": "2", "name": "\\ud83d\\ude9a Ü 日本語 \\n\\"", "state": "archived", "http_method": "options",
              "direct_fin_usage": true, "updated_at": "2026-01-20T16:22:15.123456+02:00", "new": {"a": [1.5, null]}},
             {"id": "3", "name": null, "state": null, "direct_fin_usage": null, "created_at": "yesterday"},
             {"id": "4"}]""";

    @Test
    void decodesRowsOfTheSandbox() {
        try (Sandbox sandbox = new Sandbox("--connectors", "500"); Client client = sandbox.client()) {
            client.pages(ListOptions.DEFAULT.perPage(50)).forEachRemaining(RowsTest::compare);
        }
    }

    @Test
    void decodesUnusualRows() throws IOException {
        try (Server server = new Server(Server.list(UNUSUAL_ROWS)); Client client = server.client("http")) {
            Page page = client.listPage();
            compare(page);
            assertEquals(4, page.connectors().size());
            Map<String, Connector> rows = new HashMap<>();
            page.forEach(row -> rows.put(row.id(), row));
            assertEquals("a\0b", rows.get("1").name());
            assertEquals("", rows.get("1").description());
            assertNull(rows.get("1").createdAt());
            assertEquals(State.LIVE, rows.get("1").knownState());
            assertEquals(HttpMethod.PATCH, rows.get("1").knownHttpMethod());
            assertEquals("2026-01-20T14:22:15.123Z", rows.get("2").updatedAt().toString());
            assertEquals(State.UNKNOWN, rows.get("2").knownState());
            assertEquals(HttpMethod.UNKNOWN, rows.get("2").knownHttpMethod());
            assertNull(rows.get("3").knownState());
            assertNull(rows.get("3").createdAt());
            assertEquals("yesterday", rows.get("3").createdAtText());
        }
    }

    private static void compare(Page page) {
        List<?> data = (List<?>) ((Map<?, ?>) Json.parse(page.json())).get("data");
        assertEquals(data.size(), page.connectors().size());
        for (int index = 0; index < data.size(); index++) {
            Map<?, ?> sent = (Map<?, ?>) data.get(index);
            Connector row = page.connectors().get(index);
            assertEquals(sent, Json.parse(row.json()));
            assertEquals(sent.get("type"), row.type());
            assertEquals(sent.get("id"), row.id());
            assertEquals(sent.get("name"), row.name());
            assertEquals(sent.get("description"), row.description());
            assertEquals(sent.get("state"), row.state());
            assertEquals(sent.get("http_method"), row.httpMethod());
            assertEquals(sent.get("direct_fin_usage"), row.directFinUsage());
            assertEquals(sent.get("created_by_admin_id"), row.createdByAdminId());
            assertEquals(sent.get("updated_by_admin_id"), row.updatedByAdminId());
            assertEquals(sent.get("created_at"), row.createdAtText());
            assertEquals(sent.get("updated_at"), row.updatedAtText());
            assertEquals(sent.get("execution_results_url"), row.executionResultsUrl());
        }
    }
}
