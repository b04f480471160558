package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code blocks of the README compile. */
class ReadmeTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final String IMPORTS = Stream.of(
                    "dataconnectors", "java.io", "java.nio.file", "java.time", "java.util.concurrent",
                    "java.util.function", "java.util.stream")
            .map(name -> "import " + name + ".*;\n").collect(Collectors.joining());

    @TempDir
    private Path folder;

    @Test
    void codeBlocksCompile() throws Exception {
        List<String> blocks = BLOCK.matcher(Files.readString(Path.of("README.md"))).results()
                .map(block -> block.group(1)).toList();
        assertTrue(blocks.size() >= 2, "the README has code blocks");
        for (String block : blocks) {
            compile(program(block));
        }
    }

    private static String program(String block) {
        if (block.startsWith("import")) {
            return block;
        }
        String members = block.startsWith("static") ? block : "static void run() {\n" + block + "}\n";
        return IMPORTS + "class Block {\n" + members + "}\n";
    }

    private void compile(String source) throws Exception {
        Path file = Files.writeString(folder.resolve("Block.java"), source);
        String compiler = Path.of(System.getProperty("java.home"), "bin", "javac").toString();
        var program = Program.run(Map.of(), List.of(
                compiler, "-Xlint", "-Werror", "-cp", LibraryTest.classes(), "-d", folder.toString(), file.toString()));
        assertEquals("", program.output(), source);
    }
}
