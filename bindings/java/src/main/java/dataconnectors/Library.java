package dataconnectors;

import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.*;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;

/**
 * Loads the native library, with getenv and dlopen: Java replaces non-ASCII characters of paths if LC_ALL is C.
 */
final class Library {
    static final String PROPERTY = "dataconnectors.library";
    static final String VARIABLE = "DATA_CONNECTORS_LIBRARY";
    static final String INSTALLED = "libdata_connectors.so.1";

    private static final String HELP = "set " + VARIABLE + " to the path of a libdata_connectors.so";
    private static final int RTLD_NOW = 2;

    private static boolean loaded;

    private Library() {
    }

    /** Must be called before {@link Function} is used. The library is never unloaded. */
    static synchronized void require() {
        if (loaded) {
            return;
        }
        try {
            Function.bind(load());
            loaded = true;
        } catch (IllegalCallerException error) {
            throw new UnsatisfiedLinkError("native access is not enabled: run java with "
                    + "--enable-native-access=ALL-UNNAMED, or on the module path with "
                    + "--enable-native-access=dataconnectors");
        }
    }

    private static SymbolLookup load() {
        String named = System.getProperty(PROPERTY, "");
        if (named.isEmpty()) {
            named = string((MemorySegment) invoke(libc("getenv", ADDRESS), Arena.global().allocateFrom(VARIABLE)));
        }
        if (named != null && !named.isEmpty()) {
            return load(named, HELP);
        }
        String packaged = "/META-INF/native/" + platform() + "/libdata_connectors.so";
        try (InputStream library = Library.class.getResourceAsStream(packaged)) {
            if (library == null) {
                return load(INSTALLED, "install it (make install), or " + HELP + "; this jar has no " + packaged);
            }
            Path file = Files.createTempFile("libdata_connectors-", ".so");
            try {
                Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
                return load(file.toString(), "set java.io.tmpdir to a folder that isn't mounted noexec, or " + HELP);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException error) {
            throw new UnsatisfiedLinkError("could not extract " + packaged + " (" + error + "): " + HELP);
        }
    }

    private static SymbolLookup load(String path, String help) {
        MethodHandle dlerror = libc("dlerror"); // Before dlopen, as resolving it resets the error.
        MethodHandle dlsym = libc("dlsym", ADDRESS, ADDRESS);
        Object library = invoke(libc("dlopen", ADDRESS, JAVA_INT), Arena.global().allocateFrom(path), RTLD_NOW);
        if (library.equals(NULL)) {
            String reason = string((MemorySegment) invoke(dlerror));
            throw new UnsatisfiedLinkError("could not load " + path + " (" + reason + "): " + help);
        }
        SymbolLookup symbols = name -> Optional
                .of((MemorySegment) invoke(dlsym, library, Arena.global().allocateFrom(name)))
                .filter(address -> !address.equals(NULL));
        MemorySegment version = symbols.find("dc_abi_version").orElseThrow(() -> new UnsatisfiedLinkError(
                path + " is not libdata_connectors: it has no dc_abi_version"));
        Object found = invoke(Linker.nativeLinker().downcallHandle(version, Abi.function("dc_abi_version")));
        int needed = Abi.constant("DC_ABI_VERSION");
        if (!found.equals(needed)) {
            throw new UnsatisfiedLinkError(path + " has ABI version " + found + ", but this package requires " + needed
                    + ": install the library of the same release");
        }
        return symbols;
    }

    private static MethodHandle libc(String name, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup().find(name).orElseThrow();
        return linker.downcallHandle(address, FunctionDescriptor.of(ADDRESS, parameters));
    }

    static Object invoke(MethodHandle handle, Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (RuntimeException | Error error) {
            throw error;
        } catch (Throwable error) {
            throw new AssertionError(error);
        }
    }

    /** Copies a C string; null for NULL. */
    static String string(MemorySegment string) {
        return string.equals(NULL) ? null : string.reinterpret(Long.MAX_VALUE).getString(0);
    }

    static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(" ", "");
        return system + "-" + System.getProperty("os.arch").replace("amd64", "x86_64");
    }
}
