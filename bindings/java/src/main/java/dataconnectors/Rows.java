package dataconnectors;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Decodes the rows of a page from {@code dc_page_packed_rows}: one copy, and no call per row. */
final class Rows {
    /** {@code DC_PACKED_SEPARATED}. */
    static final int FORMAT = 2;

    private static final byte END_OF_ROW = (byte) 0xFF;
    private static final byte END_OF_COLUMN = (byte) 0xFE;
    private static final byte ABSENT = (byte) 0xFD;
    private static final int COLUMNS = 17;

    private final byte[] packed;
    private int at;

    private Rows(byte[] packed) {
        this.packed = packed;
    }

    static List<Connector> of(MemorySegment page) {
        int count = Math.toIntExact(Native.int64(Functions.PAGE_COUNT, page));
        Rows rows = new Rows(packed(page));
        List<Connector> connectors = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            connectors.add(connector(rows.next()));
        }
        return List.copyOf(connectors);
    }

    private static byte[] packed(MemorySegment page) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_LONG);
            var rows = (MemorySegment) Functions.PAGE_PACKED_ROWS.handle().invokeExact(page, FORMAT, length);
            return rows.reinterpret(length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
        } catch (Throwable error) {
            throw Native.unexpected(error);
        }
    }

    /** The columns of the next row. Columns that a later version adds at the end are skipped. */
    private String[] next() {
        String[] columns = new String[COLUMNS];
        for (int column = 0; ; column++) {
            int start = at;
            while (at < packed.length && packed[at] != END_OF_COLUMN && packed[at] != END_OF_ROW) {
                at++;
            }
            if (column < COLUMNS && !(at == start + 1 && packed[start] == ABSENT)) {
                columns[column] = new String(packed, start, at - start, UTF_8);
            }
            boolean last = at == packed.length || packed[at] == END_OF_ROW;
            at++;
            if (last) {
                return columns;
            }
        }
    }

    private static Connector connector(String[] columns) {
        return new Connector(
                columns[0],
                columns[1],
                columns[2],
                columns[3],
                columns[4],
                columns[5],
                columns[6] == null ? null : columns[6].equals("true"),
                columns[7],
                columns[8],
                time(columns[12]),
                time(columns[13]),
                columns[9],
                columns[10],
                columns[11],
                columns[16]);
    }

    private static Instant time(String millis) {
        return millis == null ? null : Instant.ofEpochMilli(Long.parseLong(millis));
    }
}
