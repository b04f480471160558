package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Neither memory nor file descriptors leak. The heap is resident from the start, and only the C1 compiler runs, so
 * that any growth is due to the library.
 */
class LeakTest {

    @Test
    void pagesDoNotLeak() throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "200")) {
            var program = Program.java(Map.of(), "-Xms48m", "-Xmx48m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp", LibraryTest.classes(),
                    "dataconnectors.LeakProgram", sandbox.url);
            assertEquals(0, program.exitStatus(), program.output());
            long[] values = Arrays.stream(program.output().trim().split(" ")).mapToLong(Long::parseLong).toArray();
            System.out.printf("20,000 pages: resident %,d -> %,d KiB, descriptors %d -> %d%n",
                    values[0], values[1], values[2], values[3]);
            assertTrue(values[1] < values[0] + 4 * 1024, "resident memory grew");
            assertEquals(values[2], values[3], 2, "descriptors");
        }
    }
}
