package dataconnectors;

import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.*;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** The functions of the C library that this package calls. */
enum Function {
    CANCEL_TOKEN_CANCEL, CANCEL_TOKEN_FREE, CANCEL_TOKEN_IS_CANCELLED, CANCEL_TOKEN_NEW,
    CLIENT_FREE, CLIENT_NEW, CLIENT_SHUTDOWN,
    CONFIG_FREE, CONFIG_NEW, CONFIG_OPTION, CONFIG_OPTION_COUNT,
    CONFIG_SET_INTERRUPT_CHECK, CONFIG_SET_LOGGER, CONFIG_SET_STRING,
    DIFF_FREE, DIFF_JSON,
    ERROR_API_CODE, ERROR_API_FIELD, ERROR_ATTEMPTS, ERROR_FREE, ERROR_HTTP_STATUS, ERROR_MESSAGE, ERROR_RATE_LIMIT,
    ERROR_REQUEST_ID, ERROR_RETRY_AFTER_MS,
    LIST_PAGE,
    PAGE_COUNT, PAGE_FREE, PAGE_HAS_NEXT, PAGE_JSON, PAGE_NEXT_CURSOR, PAGE_PACKED_ROWS, PAGE_RATE_LIMIT,
    PAGE_REQUEST_ID,
    PAGER_CURSOR, PAGER_FREE, PAGER_NEW, PAGER_NEXT, PAGER_SET_PREFETCH,
    SNAPSHOT_AS_OF_MS, SNAPSHOT_DIFF, SNAPSHOT_FREE, SNAPSHOT_LOAD, SNAPSHOT_PAGE, SNAPSHOT_REASON, SNAPSHOT_STATE,
    SNAPSHOT_TAKE,
    STATUS_NAME;

    private MethodHandle handle;

    /** Resolves all functions, so that a library that is too old is rejected immediately. */
    static void bind(SymbolLookup library) {
        for (Function function : values()) {
            String name = "dc_" + function.name().toLowerCase(Locale.ROOT);
            MemorySegment address = library.find(name).orElseThrow(() -> new UnsatisfiedLinkError(
                    "libdata_connectors has no " + name + " (older than this package): install a newer version"));
            function.handle = Linker.nativeLinker().downcallHandle(address, Abi.function(name));
        }
    }

    /** Calls a function that can't fail. The result is an Integer, a Long, a MemorySegment, or null. */
    Object call(Object... arguments) {
        return Library.invoke(handle, arguments);
    }

    /** Calls a function that returns a string, and copies it; null for NULL. */
    String string(Object... arguments) {
        return Library.string((MemorySegment) call(arguments));
    }

    /**
     * Calls a function that can fail: a String is passed as a C string, null as NULL, and the out parameters are added.
     *
     * @return the new handle; NULL if the function returns none, or at the end of the list
     */
    MemorySegment result(Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            int count = handle.type().parameterCount();
            Object[] all = Arrays.copyOf(arguments, count);
            MemorySegment outs = arena.allocate(ADDRESS, 2);
            all[count - 1] = outs.asSlice(ADDRESS.byteSize());
            if (arguments.length == count - 2) {
                all[count - 2] = outs;
            }
            for (int index = 0; index < arguments.length; index++) {
                if (all[index] instanceof String string) {
                    all[index] = arena.allocateFrom(string);
                } else if (all[index] == null) {
                    all[index] = NULL;
                }
            }
            int status = (int) call(all);
            if (status < 0) {
                throw Failure.exception(status, outs.getAtIndex(ADDRESS, 1));
            }
            return outs.getAtIndex(ADDRESS, 0);
        }
    }

    /** Rejects a string that C can't represent. */
    static String checked(String name, String string) {
        if (string != null && (string.contains("\0") || !StandardCharsets.UTF_8.newEncoder().canEncode(string))) {
            throw new IllegalArgumentException("invalid " + name + ": contains a NUL or an unpaired surrogate");
        }
        return string;
    }
}
