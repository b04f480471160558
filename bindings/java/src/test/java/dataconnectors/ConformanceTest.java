package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runner of the conformance cases: it can fail, refuses what it doesn't know, and runs without a JNI warning. */
class ConformanceTest {
    private static final String CASES = """
            [{"name": "right", "call": "connectors", "per_page": 7, "prefetch": true, "callers": 3, SETTINGS,
              "expect": {"most_ms": 9000}},
             {"name": "cancelled", "call": "page", "cancel_after_ms": 0, SETTINGS, "options": {"max_retries": "0"},
              "expect": {"error": {"status": "DC_ERR_CANCELLED"}}},
             {"name": "wrong", "call": "pages", SETTINGS, "expect": {"pages": 1}},
             {"name": "should-fail", "call": "page", SETTINGS, "expect": {"error": {"status": "DC_ERR_TLS"}}},
             {"name": "field", "call": "page", SETTINGS, "new": 1, "expect": {}},
             {"name": "setting", "call": "page", "settings": {"new": 1}, "expect": {}},
             {"name": "expectation", "call": "page", SETTINGS, "expect": {"new": 1}},
             {"name": "call", "call": "new", SETTINGS, "expect": {}}]
            """;

    @TempDir
    private Path folder;

    @Test
    void theRunner() throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "50")) {
            String settings = "\"settings\": {\"token\": \"canary\", \"base_url\": \"" + sandbox.url + "\"}";
            Path cases = Files.writeString(folder.resolve("cases.json"), CASES.replace("SETTINGS", settings));
            var program = Program.java(Map.of(), "-Xcheck:jni", "--enable-native-access=ALL-UNNAMED",
                    "-cp", LibraryTest.classes(), "dataconnectors.conformance.Conformance", cases.toString());
            List<String> said = program.output().lines().filter(line -> !line.startsWith("#")).toList();
            assertEquals(List.of(
                    "ok right",
                    "ok cancelled",
                    "not ok wrong: pages is 3, and not 1",
                    "not ok should-fail: the error is null, and not {status=DC_ERR_TLS}",
                    "not ok field: this runner doesn't know [new]",
                    "not ok setting: this runner doesn't know the setting new",
                    "not ok expectation: this runner doesn't know expect.new",
                    "not ok call: this runner doesn't know the call new"), said);
            assertEquals(0, program.exit());
            assertFalse(program.output().contains("WARNING"), program.output());
            assertFalse(program.output().contains("canary"), program.output());
        }
    }
}
