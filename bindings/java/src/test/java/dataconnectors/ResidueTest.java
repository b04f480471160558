package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What 20,000 pages leave behind, in a process whose heap is in memory from its start, and whose compiler soon has done
 * its work: what grows is the library's.
 */
class ResidueTest {

    @Test
    void twentyThousandPagesLeaveNothingBehind() throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "200")) {
            var program = Program.java(Map.of(), "-Xms48m", "-Xmx48m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp", LibraryTest.classes(),
                    "dataconnectors.Residue", sandbox.url);
            assertEquals(0, program.exit(), program.output());
            long[] told = Arrays.stream(program.output().trim().split(" ")).mapToLong(Long::parseLong).toArray();
            System.out.printf("20,000 pages: resident %,d -> %,d KiB, descriptors %d -> %d%n",
                    told[0], told[1], told[2], told[3]);
            assertTrue(told[1] < told[0] + 4 * 1024, "resident memory grew");
            assertEquals(told[2], told[3], 2, "descriptors");
        }
    }
}
