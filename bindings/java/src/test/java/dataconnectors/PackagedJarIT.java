package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar, with the library in it. */
class PackagedJarIT {
    private static final String JAR = System.getProperty("jar");
    private static final List<String> LICENSES =
            List.of("LICENSE", "LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES.txt");
    private static final String EXAMPLE = Path.of("../../examples/java/ListConnectors.java").toString();

    @TempDir
    private Path folder;

    @Test
    void worksOnTheClassPath() throws Exception {
        assertListsAll("--enable-native-access=ALL-UNNAMED", "-cp", JAR);
    }

    @Test
    void worksOnTheModulePath() throws Exception {
        assertListsAll("--enable-native-access=dataconnectors", "-p", JAR, "--add-modules", "dataconnectors");
    }

    @Test
    void reportsAMissingAccessToken() throws Exception {
        var program = example("", "--enable-native-access=ALL-UNNAMED", "-cp", JAR);
        assertTrue(program.output().contains("access token"), program.output());
        assertEquals(1, program.exitStatus());
    }

    @Test
    void containsTheLibraryAndItsLicenses() throws Exception {
        Set<String> names = names(JAR);
        assertTrue(names.contains("module-info.class"), names.toString());
        assertTrue(names.contains(Library.packaged().substring(1)), names.toString());
        assertFalse(names.stream().anyMatch(name -> name.endsWith("Test.class")), names.toString());
        assertLicenses(JAR);
    }

    @Test
    void sourcesJarContainsSources() throws Exception {
        String jar = siblingJar("sources");
        Set<String> names = names(jar);
        assertTrue(names.containsAll(Set.of("module-info.java", "dataconnectors/Client.java")), names.toString());
        assertFalse(names.stream().anyMatch(name -> name.endsWith(".class") || name.contains("native/")), names.toString());
        assertLicenses(jar);
    }

    @Test
    void javadocJarContainsPublicClasses() throws Exception {
        Set<String> names = names(siblingJar("javadoc"));
        assertTrue(names.containsAll(Set.of("index.html", "dataconnectors/dataconnectors/Client.html")),
                names.toString());
        assertFalse(names.contains("dataconnectors/dataconnectors/Function.html"), "not public");
    }

    private static String siblingJar(String kind) {
        return JAR.replaceFirst("\\.jar$", "-" + kind + ".jar");
    }

    private static Set<String> names(String jar) throws IOException {
        try (JarFile opened = new JarFile(jar)) {
            return opened.stream().map(JarEntry::getName).collect(Collectors.toSet());
        }
    }

    private static void assertLicenses(String jar) throws IOException {
        try (JarFile opened = new JarFile(jar)) {
            for (String name : LICENSES) {
                JarEntry entry = opened.getJarEntry("META-INF/" + name);
                assertNotNull(entry, name);
                assertArrayEquals(Files.readAllBytes(Path.of("../..", name)),
                        opened.getInputStream(entry).readAllBytes(), name);
            }
        }
    }

    private void assertListsAll(String... options) throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "137")) {
            var program = example(sandbox.url, options);
            assertEquals(137, program.output().lines().count(), program.output());
            assertEquals(0, program.exitStatus());
            try (Stream<Path> left = Files.list(folder)) {
                assertEquals(0, left.count(), "the library's temporary file was not deleted");
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
