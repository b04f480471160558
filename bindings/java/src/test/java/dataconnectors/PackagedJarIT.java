package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as users have it: with the library in it, and no variable that names another. */
class PackagedJarIT {
    private static final String JAR = System.getProperty("jar");
    private static final String EXAMPLE = Path.of("../../examples/java/ListConnectors.java").toString();

    @TempDir
    private Path folder;

    @Test
    void theFirstProgramOnTheClassPath() throws Exception {
        listsAll("--enable-native-access=ALL-UNNAMED", "-cp", JAR);
    }

    @Test
    void theFirstProgramOnTheModulePath() throws Exception {
        listsAll("--enable-native-access=dataconnectors", "-p", JAR, "--add-modules", "dataconnectors");
    }

    @Test
    void withoutATokenItSaysSo() throws Exception {
        var program = example("", "--enable-native-access=ALL-UNNAMED", "-cp", JAR);
        assertTrue(program.output().contains("token is NULL"), program.output());
        assertEquals(1, program.exit());
    }

    private void listsAll(String... options) throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "137")) {
            var program = example(sandbox.url, options);
            assertEquals(137, program.output().lines().count(), program.output());
            assertEquals(0, program.exit());
            try (Stream<Path> left = Files.list(folder)) {
                assertEquals(0, left.count(), "the library's temporary file is left behind");
            }
        }
    }

    private Program example(String url, String... options) throws Exception {
        Stream<String> arguments = Stream.of(
                Stream.of("-Xcheck:jni", "-Djava.io.tmpdir=" + folder),
                Stream.of(options),
                url.isEmpty() ? Stream.of(EXAMPLE) : Stream.of(EXAMPLE, url)).flatMap(each -> each);
        var environment = Map.of("DATA_CONNECTORS_LIBRARY", "", "LD_LIBRARY_PATH", "",
                "INTERCOM_ACCESS_TOKEN", url.isEmpty() ? "" : "canary");
        return Program.java(environment, arguments.toArray(String[]::new));
    }
}
