package dataconnectors;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * A function of the C library.
 *
 * @param prototype what the header says, without the names of parameters
 * @param handle what calls it
 */
record Function(String prototype, MethodHandle handle) {

    /** Finds a function in the library. */
    static Function find(SymbolLookup library, String prototype) {
        String name = name(prototype);
        var address = library.find(name).orElseThrow(() -> new UnsatisfiedLinkError(
                "libdata_connectors has no " + name + ": it is older than this package; install a newer one"));
        return new Function(prototype, Linker.nativeLinker().downcallHandle(address, descriptor(prototype)));
    }

    static String name(String prototype) {
        String before = prototype.substring(0, prototype.indexOf('('));
        return before.substring(before.lastIndexOf(' ') + 1);
    }

    static String result(String prototype) {
        return prototype.substring(0, prototype.indexOf(name(prototype) + "(") - 1);
    }

    static String[] parameters(String prototype) {
        String inside = prototype.substring(prototype.indexOf('(') + 1, prototype.length() - 1);
        return inside.isEmpty() ? new String[0] : inside.split(", ");
    }

    private static FunctionDescriptor descriptor(String prototype) {
        MemoryLayout[] parameters =
                Arrays.stream(parameters(prototype)).map(Function::layout).toArray(MemoryLayout[]::new);
        String result = result(prototype);
        return result.equals("void")
                ? FunctionDescriptor.ofVoid(parameters)
                : FunctionDescriptor.of(layout(result), parameters);
    }

    private static MemoryLayout layout(String type) {
        if (type.endsWith("*") || type.endsWith("_callback")) {
            return ValueLayout.ADDRESS;
        }
        return switch (type) {
            case "int32_t", "dc_status" -> ValueLayout.JAVA_INT;
            // The platforms that the library is built for are of 64 bits, so a size_t is as wide as a long.
            case "int64_t", "size_t" -> ValueLayout.JAVA_LONG;
            default -> throw new AssertionError("the ABI has no type " + type);
        };
    }
}
