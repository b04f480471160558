package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What documents show as Java compiles. */
class DocumentsTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final String IMPORTS = Stream.of(
                    "dataconnectors", "java.time", "java.util.concurrent", "java.util.function", "java.util.stream")
            .map(name -> "import " + name + ".*;\n").collect(Collectors.joining());

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "../../docs/embedding/java.md"})
    void itsBlocksCompile(String document) throws Exception {
        List<String> blocks = BLOCK.matcher(Files.readString(Path.of(document))).results()
                .map(MatchResult::group).map(block -> block.substring(8, block.length() - 3)).toList();
        assertTrue(blocks.size() >= 2, "it shows some");
        for (String block : blocks) {
            compile(whole(block));
        }
    }

    private static String whole(String block) {
        if (block.startsWith("import")) {
            return block;
        }
        String members = block.startsWith("static") ? block : "static void run() {\n" + block + "}\n";
        return IMPORTS + "class Shown {\n" + members + "}\n";
    }

    private void compile(String source) throws Exception {
        Path file = Files.writeString(folder.resolve("Shown.java"), source);
        String compiler = Path.of(System.getProperty("java.home"), "bin", "javac").toString();
        var program = Program.run(Map.of(), List.of(
                compiler, "-Xlint", "-Werror", "-cp", LibraryTest.classes(), "-d", folder.toString(), file.toString()));
        assertEquals("", program.output(), source);
    }
}
