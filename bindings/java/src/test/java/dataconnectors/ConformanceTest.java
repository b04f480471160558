package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance runner reports failures and unknown fields, without JNI warnings. */
class ConformanceTest {
    private static final String CASES = """
            [{"name": "passes", "call": "connectors", "per_page": 7, "prefetch": true, "callers": 3, SETTINGS,
              "expect": {"max_ms": 9000}},
             {"name": "cancelled", "call": "page", "cancel_after_ms": 0, SETTINGS, "options": {"max_retries": "0"},
              "expect": {"error": {"status": "DC_ERR_CANCELLED"}}},
             {"name": "wrong-count", "call": "pages", SETTINGS, "expect": {"pages": 1}},
             {"name": "should-fail", "call": "page", SETTINGS, "expect": {"error": {"status": "DC_ERR_TLS"}}},
             {"name": "field", "call": "page", SETTINGS, "new": 1, "expect": {}},
             {"name": "setting", "call": "page", "settings": {"new": 1}, "expect": {}},
             {"name": "expectation", "call": "page", SETTINGS, "expect": {"new": 1}},
             {"name": "call", "call": "new", SETTINGS, "expect": {}},
             {"name": "size", "call": "page", "per_page": 4294967301, SETTINGS, "expect": {}}]
            """;

    @TempDir
    private Path folder;

    @Test
    void reportsFailuresAndUnknownFields() throws Exception {
        try (Sandbox sandbox = new Sandbox("--connectors", "50")) {
            String settings = "\"settings\": {\"token\": \"canary\", \"base_url\": \"" + sandbox.url + "\"}";
            Path cases = Files.writeString(folder.resolve("cases.json"), CASES.replace("SETTINGS", settings));
            var program = Program.java(Map.of(), "-Xcheck:jni", "--enable-native-access=ALL-UNNAMED",
                    "-cp", LibraryTest.classes(), "dataconnectors.conformance.Conformance", cases.toString());
            List<String> lines = program.output().lines().filter(line -> !line.startsWith("#"))
                    .map(line -> line.replaceAll("IllegalArgumentException: .*", "IllegalArgumentException")).toList();
            assertEquals(List.of(
                    "ok passes",
                    "ok cancelled",
                    "not ok wrong-count: pages: 3, expected 1",
                    "not ok should-fail: error: null, expected {status=DC_ERR_TLS}",
                    "not ok field: unknown fields [new]",
                    "not ok setting: error: java.lang.IllegalArgumentException",
                    "not ok expectation: unknown expectation new",
                    "not ok call: unknown call new",
                    "skip size: rejected by the compiler: perPage is an int"), lines);
            assertEquals(0, program.exitStatus());
            assertFalse(program.output().contains("WARNING"), program.output());
            assertFalse(program.output().contains("canary"), program.output());
        }
    }
}
