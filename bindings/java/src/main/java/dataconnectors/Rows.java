package dataconnectors;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Decodes {@code DC_PACKED_SEPARATED}: all rows of a page in one copy, without a call per row. */
final class Rows {
    private static final int FORMAT = Abi.constant("DC_PACKED_SEPARATED");
    private static final char END_OF_ROW = 0xFF;
    private static final char END_OF_COLUMN = 0xFE;
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
        // A character per byte, as searching a string is much faster than a loop over bytes.
        String bytes = new String(packed, ISO_8859_1);
        List<Connector> connectors = new ArrayList<>();
        for (int start = 0, stop; start < packed.length; start = stop + 1) {
            stop = indexOf(bytes, END_OF_ROW, start, packed.length);
            String[] columns = new String[COLUMNS];
            // Later versions may add columns.
            for (int column = 0; column < COLUMNS; column++) {
                int end = indexOf(bytes, END_OF_COLUMN, start, stop);
                if (!(end == start + 1 && packed[start] == ABSENT)) {
                    columns[column] = new String(packed, start, end - start, UTF_8);
                }
                start = end + 1;
            }
            connectors.add(connector(columns));
        }
        return List.copyOf(connectors);
    }

    /** Returns the position of a byte; {@code end} if it is not found. */
    private static int indexOf(String bytes, char value, int start, int end) {
        int position = bytes.indexOf(value, start, end);
        return position < 0 ? end : position;
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
