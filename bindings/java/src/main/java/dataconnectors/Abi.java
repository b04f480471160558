package dataconnectors;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.*;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The constants and functions of the C library, from abi/data_connectors.json, which the build adds to the classes. */
final class Abi {
    private static final String JSON = read();

    private Abi() {
    }

    static int constant(String name) {
        return Integer.parseInt(line(name).replaceAll("[^-0-9]", ""));
    }

    /** The types of a function. The strings in its line are "parameters", their types, "returns", and the type. */
    static FunctionDescriptor function(String name) {
        List<String> strings = List.of(line(name).replaceAll("^[^\"]*\"|\"[^\"]*$", "").split("\"[^\"]*\""));
        int returns = strings.indexOf("returns");
        var parameters = strings.subList(1, returns).stream().map(Abi::layout).toArray(MemoryLayout[]::new);
        String result = strings.get(returns + 1);
        return result.equals("void")
                ? FunctionDescriptor.ofVoid(parameters)
                : FunctionDescriptor.of(layout(result), parameters);
    }

    private static MemoryLayout layout(String type) {
        return switch (type) {
            case "int32_t", "dc_status" -> ValueLayout.JAVA_INT;
            case "int64_t", "size_t" -> ValueLayout.JAVA_LONG; // The supported platforms have 64 bits.
            default -> ValueLayout.ADDRESS;
        };
    }

    /** Returns the rest of the line after a name. */
    private static String line(String name) {
        int start = JSON.indexOf("\"" + name + "\":") + name.length() + 3;
        if (start < name.length() + 3) {
            throw new AssertionError("abi/data_connectors.json has no " + name);
        }
        return JSON.substring(start, JSON.indexOf('\n', start));
    }

    private static String read() {
        try (InputStream file = Abi.class.getResourceAsStream("data_connectors.json")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException error) {
            throw new AssertionError(error);
        }
    }
}
