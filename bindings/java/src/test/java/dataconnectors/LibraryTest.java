package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads usable and unusable libraries, each in its own process. */
class LibraryTest {
    private static final String CLASSES = classes();

    @TempDir
    private Path folder;

    @Test
    void eachPlatformHasItsNames() {
        assertEquals("win32-x64", Library.platform(Library.system("Windows Server 2022"), "amd64", false));
        assertEquals("darwin-arm64", Library.platform(Library.system("Mac OS X"), "aarch64", false));
        assertEquals("darwin-x64", Library.platform(Library.system("Mac OS X"), "x86_64", false));
        assertEquals("linux-x64", Library.platform(Library.system("Linux"), "amd64", false));
        assertEquals("linux-arm64-musl", Library.platform(Library.system("Linux"), "aarch64", true));
        assertEquals("data_connectors.dll", Library.fileName("win32"));
        assertEquals("libdata_connectors.1.dylib", Library.fileName("darwin"));
        assertEquals("libdata_connectors.so.1", Library.fileName("linux"));
    }

    @Test
    void propertyPrecedesVariable() throws Exception {
        String library = System.getenv(Library.VARIABLE);
        assertLoad("loaded", "/no/such/file.so", library);
        assertLoad("loaded", library, "");
        assertLoad("could not load /no/such/file.so (", library, "/no/such/file.so");
    }

    @Test
    void reportsFilesThatAreNotLibraries() throws Exception {
        assertLoad("could not load " + folder + " (", folder.toString(), "");
        Path text = Files.writeString(folder.resolve("text.so"), "no library");
        assertLoad("): check DATA_CONNECTORS_LIBRARY", text.toString(), "");
    }

    @Test
    void reportsOtherLibraries() throws Exception {
        assertLoad("is not libdata_connectors (it has no dc_abi_version)", compile("int other(void) { return 1; }"), "");
        assertLoad("has ABI version 99, this package requires 1: install", compile("int dc_abi_version(void) { return 99; }"), "");
        assertLoad(" (older than this package): install a newer version", compile("int dc_abi_version(void) { return 1; }"), "");
    }

    @Test
    void loadsTheInstalledLibrary() throws Exception {
        String message = load(Map.of(Library.VARIABLE, "", "LD_LIBRARY_PATH", ""), "");
        // This machine may have one.
        assertTrue(message.startsWith("could not load libdata_connectors.so.1 (") || message.equals("loaded"), message);
        Path library = Path.of(System.getenv(Library.VARIABLE)).toRealPath();
        Files.createSymbolicLink(folder.resolve("libdata_connectors.so.1"), library);
        assertEquals("loaded", load(Map.of("LD_LIBRARY_PATH", folder.toString(), Library.VARIABLE, ""), ""));
    }

    @Test
    void deletesOldLibrariesThatWindowsCouldNotDelete() throws Exception {
        Path recent = Files.createFile(folder.resolve("libdata_connectors-1.dll"));
        Path old = Files.createFile(folder.resolve("libdata_connectors-2.dll"));
        Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        Library.deleteUnused(folder);
        assertTrue(Files.exists(recent) && !Files.exists(old));
        Library.deleteUnused(folder.resolve("missing"));
    }

    @Test
    void reportsThatNativeAccessIsDenied() throws Exception {
        String denied = Runtime.version().feature() < 24
                ? "--enable-native-access=java.logging" : "--illegal-native-access=deny";
        var program = Program.java(Map.of(), denied, "-cp", CLASSES, "dataconnectors.LoadTwice");
        String expected = "result: native access is not enabled: "
                + "run java with --enable-native-access=ALL-UNNAMED";
        assertEquals(2, program.output().lines().filter(line -> line.startsWith(expected)).count(), program.output());
    }

    /** The script is ASCII, so that this test passes in any locale. */
    @Test
    void supportsNonAsciiPathsAndStringsInTheCLocale() throws Exception {
        String script = """
                folder="$1/$(printf '\\303\\274')"
                mkdir "$folder" && cp "$DATA_CONNECTORS_LIBRARY" "$folder/lib.so" && echo > "$folder/ca.pem" &&
                LC_ALL=C DATA_CONNECTORS_LIBRARY="$folder/lib.so" "$2" --enable-native-access=ALL-UNNAMED \
                    -cp "$3" dataconnectors.NonAscii "$1"
                """;
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var program = Program.run(Map.of(), List.of("sh", "-c", script, "sh", folder.toString(), java, CLASSES));
        assertEquals("ok", program.output().strip());
    }

    private static void assertLoad(String part, String variable, String property) throws Exception {
        String message = load(Map.of(Library.VARIABLE, variable, "LD_LIBRARY_PATH", ""), property);
        assertTrue(message.contains(part), message);
    }

    /** Returns the result, which must be the same both times. */
    private static String load(Map<String, String> environment, String property) throws Exception {
        String output = Program.java(environment, "--enable-native-access=ALL-UNNAMED",
                "-D" + Library.PROPERTY + "=" + property, "-cp", CLASSES, "dataconnectors.LoadTwice").output();
        List<String> lines = output.lines().filter(line -> line.startsWith("result: ")).toList();
        assertEquals(2, lines.size(), output);
        assertEquals(lines.get(0), lines.get(1));
        return lines.get(0).substring("result: ".length());
    }

    private String compile(String source) throws IOException, InterruptedException {
        Path code = Files.writeString(folder.resolve("library.c"), source);
        Path library = folder.resolve("library.so");
        var program = Program.run(Map.of(),
                List.of("cc", "-shared", "-fPIC", "-o", library.toString(), code.toString()));
        assertEquals(0, program.exitStatus(), program.output());
        return library.toString();
    }

    /** The class path of the package and its tests, without the jar, which contains a library. */
    static String classes() {
        try {
            Path main = Path.of(Library.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path tests = Path.of(LoadTwice.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return main + ":" + tests;
        } catch (URISyntaxException error) {
            throw new AssertionError(error);
        }
    }
}
