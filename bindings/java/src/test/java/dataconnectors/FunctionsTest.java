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

/** Compares the functions and constants of this package with those of the header. */
class FunctionsTest {
    private final Map<?, ?> header = (Map<?, ?>) Json.read(read());

    @Test
    void eachFunctionIsTheHeaders() {
        Map<?, ?> functions = (Map<?, ?>) header.get("functions");
        for (String prototype : Functions.PROTOTYPES) {
            Map<?, ?> function = (Map<?, ?>) functions.get(Function.name(prototype));
            assertEquals(function.get("parameters"), List.of(Function.parameters(prototype)), prototype);
            assertEquals(function.get("returns"), Function.result(prototype));
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
        ours.put("DC_PACKED_SEPARATED", (long) Rows.FORMAT);
        Map<Object, Object> theirs = new TreeMap<>((Map<?, ?>) header.get("constants"));
        String used = "DC_(ERR|STATE|HTTP_METHOD|ABI)_.*|DC_PACKED_SEPARATED";
        theirs.keySet().removeIf(name -> !((String) name).matches(used));
        assertEquals(theirs, ours);
    }

    private static String read() {
        try {
            return Files.readString(Path.of("../../abi/data_connectors.json"));
        } catch (IOException error) {
            throw new AssertionError(error);
        }
    }
}
