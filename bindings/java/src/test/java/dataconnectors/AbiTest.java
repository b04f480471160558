package dataconnectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dataconnectors.conformance.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The package matches abi/data_connectors.json. */
class AbiTest {

    @Test
    void parsesAllConstants() {
        constants().forEach((name, value) -> assertEquals(value, (long) Abi.constant((String) name)));
    }

    @Test
    void parsesAllFunctions() {
        ((Map<?, ?>) Json.abi().get("functions")).forEach((name, value) -> {
            Map<?, ?> function = (Map<?, ?>) value;
            var descriptor = Abi.function((String) name);
            assertEquals(((List<?>) function.get("parameters")).size(), descriptor.argumentLayouts().size());
            assertEquals(function.get("returns").equals("void"), descriptor.returnLayout().isEmpty());
        });
    }

    @Test
    void hasAllStatusesStatesAndMethods() {
        assertEquals(names("DC_ERR_"), names(Status.values(), "UNKNOWN"));
        assertEquals(names("DC_STATE_"), names(State.values(), ""));
        assertEquals(names("DC_SNAPSHOT_"), names(SnapshotState.values(), "UNKNOWN"));
        assertEquals(names("DC_HTTP_METHOD_"), names(HttpMethod.values(), ""));
    }

    @Test
    void stateOfALaterLibraryIsUnknown() {
        assertEquals(SnapshotState.REFRESHED, SnapshotState.of(2));
        assertEquals(SnapshotState.UNKNOWN, SnapshotState.of(3));
    }

    private static Map<?, ?> constants() {
        return (Map<?, ?>) Json.abi().get("constants");
    }

    private static Set<String> names(String prefix) {
        return constants().keySet().stream().map(String.class::cast).filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length())).collect(Collectors.toSet());
    }

    private static Set<String> names(Enum<?>[] constants, String except) {
        return Arrays.stream(constants).map(Enum::name).filter(name -> !name.equals(except))
                .collect(Collectors.toSet());
    }
}
