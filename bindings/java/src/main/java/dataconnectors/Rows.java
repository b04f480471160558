package dataconnectors;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Decodes {@code DC_PACKED_SEPARATED}: all rows of a page in one copy, without a call per row. */
final class Rows {
    private static final int FORMAT = Abi.constant("DC_PACKED_SEPARATED");
    private static final byte END_OF_ROW = (byte) 0xFF;
    private static final byte END_OF_COLUMN = (byte) 0xFE;
    private static final byte ABSENT = (byte) 0xFD;
    private static final int COLUMNS = 17;

    private Rows() {
    }

    static List<Connector> decode(MemorySegment page) {
        byte[] packed;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_LONG);
            MemorySegment rows = (MemorySegment) Function.PAGE_PACKED_ROWS.call(page, FORMAT, length);
            packed = rows.reinterpret(length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
        }
        long count = (long) Function.PAGE_COUNT.call(page);
        List<Connector> connectors = new ArrayList<>((int) count);
        for (int end = -1; connectors.size() < count; ) {
            String[] columns = new String[COLUMNS];
            int column = 0;
            do {
                int start = end + 1;
                end = start;
                while (end < packed.length && packed[end] != END_OF_COLUMN && packed[end] != END_OF_ROW) {
                    end++;
                }
                // Later versions may add columns.
                if (column < COLUMNS && !(end == start + 1 && packed[start] == ABSENT)) {
                    columns[column] = new String(packed, start, end - start, UTF_8);
                }
                column++;
            } while (end < packed.length && packed[end] == END_OF_COLUMN);
            connectors.add(connector(columns));
        }
        return List.copyOf(connectors);
    }

    private static Connector connector(String[] columns) {
        return new Connector(columns[0], columns[1], columns[2], columns[3], columns[4], columns[5],
                columns[6] == null ? null : Boolean.valueOf(columns[6]), columns[7], columns[8],
                time(columns[12]), time(columns[13]), columns[9], columns[10], columns[11], columns[16]);
    }

    private static Instant time(String millis) {
        return millis == null ? null : Instant.ofEpochMilli(Long.parseLong(millis));
    }
}
