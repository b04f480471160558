package dataconnectors.conformance;

import dataconnectors.Connector;
import dataconnectors.Page;
import java.util.ArrayList;
import java.util.List;

/** What a call gave, and how it ended. */
final class Outcome {
    final List<Connector> rows = new ArrayList<>();
    final List<Page> pages = new ArrayList<>();
    RuntimeException error;
    long tookMillis;

    void take(Page page) {
        pages.add(page);
        rows.addAll(page.connectors());
    }
}
