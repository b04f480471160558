package dataconnectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads the rows of a page out of {@code dc_page_table}: one copy, then no call but for the times. */
final class Rows {
    private static final byte END_OF_ROW = (byte) 0xFF;
    private static final byte END_OF_FIELD = (byte) 0xFE;
    private static final byte ABSENT = (byte) 0xFD;
    private static final int FIELDS = 13;

    private final byte[] table;
    private int at;

    private Rows(byte[] table) {
        this.table = table;
    }

    static List<Connector> of(MemorySegment page) {
        int count = Math.toIntExact(Native.int64(Functions.PAGE_COUNT, page));
        Rows rows = new Rows(Native.bytes(Functions.PAGE_TABLE, Functions.PAGE_TABLE_LEN, page));
        List<Connector> connectors = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            connectors.add(connector(rows.next(), row(page, index)));
        }
        return List.copyOf(connectors);
    }

    /** The fields of the next row. Those that a later version may have behind them are passed over. */
    private String[] next() {
        String[] fields = new String[FIELDS];
        for (int field = 0; ; field++) {
            int start = at;
            while (at < table.length && table[at] != END_OF_FIELD && table[at] != END_OF_ROW) {
                at++;
            }
            if (field < FIELDS && !(at == start + 1 && table[start] == ABSENT)) {
                fields[field] = new String(table, start, at - start, UTF_8);
            }
            boolean last = at == table.length || table[at] == END_OF_ROW;
            at++;
            if (last) {
                return fields;
            }
        }
    }

    private static Connector connector(String[] fields, MemorySegment row) {
        return new Connector(
                fields[0],
                fields[1],
                fields[2],
                fields[3],
                fields[4],
                fields[5],
                fields[6] == null ? null : fields[6].equals("1"),
                fields[7],
                fields[8],
                fields[9] == null ? null : time(Functions.CONNECTOR_CREATED_AT_MS, row),
                fields[10] == null ? null : time(Functions.CONNECTOR_UPDATED_AT_MS, row),
                fields[9],
                fields[10],
                fields[11],
                fields[12]);
    }

    /** What is a time, and which, the library knows best. */
    private static Instant time(Function function, MemorySegment row) {
        long millis = Native.int64(function, row);
        return millis < 0 ? null : Instant.ofEpochMilli(millis);
    }

    private static MemorySegment row(MemorySegment page, long index) {
        try {
            return (MemorySegment) Functions.PAGE_CONNECTOR.handle().invokeExact(page, index);
        } catch (Throwable error) {
            throw Native.unexpected(error);
        }
    }
}
