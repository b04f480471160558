package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dataconnectors.conformance.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds what this package has of the header's functions and numbers against the header. */
class FunctionsTest {
    private final Map<?, ?> header = (Map<?, ?>) Json.read(read());

    @Test
    void eachFunctionIsTheHeaders() {
        Map<?, ?> functions = (Map<?, ?>) header.get("functions");
        for (String prototype : Functions.PROTOTYPES) {
            var ours = Map.of(
                    "parameters", List.of(Function.parameters(prototype)), "returns", Function.result(prototype));
            assertEquals(functions.get(Function.name(prototype)), ours, prototype);
        }
    }

    @Test
    void eachNumberIsTheHeaders() {
        Map<String, Object> ours = new TreeMap<>();
        for (Status status : Status.values()) {
            ours.put("DC_ERR_" + status, (long) status.code());
        }
        ours.remove("DC_ERR_" + Status.UNKNOWN);
        for (State state : State.values()) {
            ours.put("DC_STATE_" + state, (long) state.code());
        }
        for (HttpMethod method : HttpMethod.values()) {
            ours.put("DC_HTTP_METHOD_" + method, (long) method.code());
        }
        ours.put("DC_ABI_VERSION", (long) Library.ABI_VERSION);
        Map<Object, Object> theirs = new TreeMap<>((Map<?, ?>) header.get("constants"));
        theirs.keySet().removeIf(name -> !((String) name).matches("DC_(ERR|STATE|HTTP_METHOD|ABI)_.*"));
        assertEquals(theirs, ours);
    }

    private static String read() {
        try {
            return Files.readString(Path.of("../../include/data_connectors.json"));
        } catch (IOException error) {
            throw new AssertionError(error);
        }
    }
}
