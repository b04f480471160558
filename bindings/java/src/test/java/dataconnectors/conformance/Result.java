package dataconnectors.conformance;

import dataconnectors.Connector;
import dataconnectors.Page;
import dataconnectors.Snapshot;
import java.util.ArrayList;
import java.util.List;

/** The result of a call. */
final class Result {
    final List<Connector> rows = new ArrayList<>();
    final List<Page> pages = new ArrayList<>();
    /** Closed. */
    Snapshot snapshot;
    String stored;
    String diff;
    RuntimeException error;
    long millis;

    void add(Page page) {
        pages.add(page);
        rows.addAll(page.connectors());
    }
}
