package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding the library, and saying plainly what is wrong with it: each in a process of its own. */
class LibraryTest {
    private static final String CLASSES = classes();

    @TempDir
    private Path folder;

    @Test
    void thePropertyGoesBeforeTheVariable() throws Exception {
        String library = System.getenv(Library.VARIABLE);
        says("found", "/no/such/file.so", library);
        says("found", library, "");
        says("dataconnectors.library names, is not a file", library, "/no/such/file.so");
    }

    @Test
    void aFileThatIsNoLibrary() throws Exception {
        says("is not a file", folder.toString(), "");
        Path text = Files.writeString(folder.resolve("text.so"), "no library");
        says("dataconnectors.library names, could not be loaded", text.toString(), "");
    }

    @Test
    void otherLibraries() throws Exception {
        says("is not libdata_connectors: it has no dc_abi_version", compiled("int other(void) { return 1; }"), "");
        says("has ABI version 2, and this package needs 1", compiled("int dc_abi_version(void) { return 2; }"), "");
        says("it is older than this package", compiled("int dc_abi_version(void) { return 1; }"), "");
    }

    @Test
    void theSystemsIsTheLast() throws Exception {
        String message = use(Map.of(Library.VARIABLE, "", "LD_LIBRARY_PATH", ""), "");
        // This machine may have one.
        assertTrue(message.startsWith("libdata_connectors was not found: neither the property")
                || message.equals("found"), message);
        Path library = Path.of(System.getenv(Library.VARIABLE)).toRealPath();
        Files.createSymbolicLink(folder.resolve(Library.INSTALLED), library);
        assertEquals("found", use(Map.of("LD_LIBRARY_PATH", folder.toString(), Library.VARIABLE, ""), ""));
    }

    @Test
    void aProcessThatMayNotCallNativeCode() throws Exception {
        String denied = Runtime.version().feature() < 24
                ? "--enable-native-access=java.logging" : "--illegal-native-access=deny";
        var program = Program.java(Map.of(), denied, "-cp", CLASSES, "dataconnectors.UseTwice");
        String said = "said: this process may not call native code: run java with --enable-native-access=ALL-UNNAMED";
        assertEquals(2, program.output().lines().filter(line -> line.startsWith(said)).count(), program.output());
    }

    private static void says(String part, String variable, String property) throws Exception {
        String message = use(Map.of(Library.VARIABLE, variable, "LD_LIBRARY_PATH", ""), property);
        assertTrue(message.contains(part), message);
    }

    /** Gives what the program says, which has to be the same both times. */
    private static String use(Map<String, String> environment, String property) throws Exception {
        String output = Program.java(environment, "--enable-native-access=ALL-UNNAMED",
                "-D" + Library.PROPERTY + "=" + property, "-cp", CLASSES, "dataconnectors.UseTwice").output();
        List<String> lines = output.lines().filter(line -> line.startsWith("said: ")).toList();
        assertEquals(2, lines.size(), output);
        assertEquals(lines.get(0), lines.get(1));
        return lines.get(0).substring("said: ".length());
    }

    private String compiled(String source) throws IOException, InterruptedException {
        Path code = Files.writeString(folder.resolve("library.c"), source);
        Path library = folder.resolve("library.so");
        var program = Program.run(Map.of(),
                List.of("cc", "-shared", "-fPIC", "-o", library.toString(), code.toString()));
        assertEquals(0, program.exit(), program.output());
        return library.toString();
    }

    /** The folders of the package and of its tests, not the jar, which may have a library in it. */
    static String classes() {
        try {
            Path ours = Path.of(Library.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path tests = Path.of(UseTwice.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return ours + ":" + tests;
        } catch (URISyntaxException error) {
            throw new AssertionError(error);
        }
    }
}
