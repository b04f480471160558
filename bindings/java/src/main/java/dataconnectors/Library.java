package dataconnectors;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/** Finds the native library, and checks that it is the one that this package needs. */
final class Library {
    static final String PROPERTY = "dataconnectors.library";
    static final String VARIABLE = "DATA_CONNECTORS_LIBRARY";
    static final String INSTALLED = "libdata_connectors.so.1";
    static final int ABI_VERSION = 1;

    private static UnsatisfiedLinkError failure;

    private Library() {
    }

    /** Is called before the first use of {@link Functions}, so that each use of a bad library says what is wrong. */
    static synchronized void require() {
        if (failure != null) {
            throw new UnsatisfiedLinkError(failure.getMessage());
        }
        try {
            Functions.PROTOTYPES.size();
        } catch (UnsatisfiedLinkError error) {
            failure = error;
            throw error;
        } catch (ExceptionInInitializerError error) {
            if (!(error.getCause() instanceof IllegalCallerException)) {
                throw error;
            }
            failure = wrong("this process may not call native code: run java with "
                    + "--enable-native-access=ALL-UNNAMED, or on the module path with "
                    + "--enable-native-access=dataconnectors", error.getCause());
            throw failure;
        }
    }

    /** For {@link Functions} to call. It stays open for the life of the process. */
    static SymbolLookup open() {
        String named = System.getProperty(PROPERTY);
        if (named == null || named.isEmpty()) {
            named = System.getenv(VARIABLE);
        }
        if (named != null && !named.isEmpty()) {
            return checked(open(Path.of(named).toAbsolutePath(), "which " + VARIABLE + " or the property "
                    + PROPERTY + " names", "set it to the path of a libdata_connectors.so"), named);
        }
        String inside = "/META-INF/native/" + platform() + "/libdata_connectors.so";
        try (InputStream library = Library.class.getResourceAsStream(inside)) {
            if (library != null) {
                return checked(extracted(library, inside), inside);
            }
        } catch (IOException error) {
            throw wrong(inside + " of the package could not be put into a file: " + error
                    + "; set " + VARIABLE + " to an installed one", error);
        }
        return checked(installed(inside), INSTALLED);
    }

    private static SymbolLookup open(Path file, String what, String help) {
        if (!Files.isRegularFile(file)) {
            throw wrong(file + ", " + what + ", is not a file: " + help, null);
        }
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException error) {
            throw wrong(file + ", " + what + ", could not be loaded on " + platform() + ": " + help, error);
        }
    }

    /** The loader wants a file. Once loaded it is not needed any more: a name less to clean up, or to tamper with. */
    private static SymbolLookup extracted(InputStream library, String inside) throws IOException {
        Path file = Files.createTempFile("libdata_connectors-", ".so");
        try {
            Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
            return open(file, "a copy of the package's " + inside, "let java.io.tmpdir be a folder that isn't mounted "
                    + "noexec, or set " + VARIABLE + " to an installed one");
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static SymbolLookup installed(String inside) {
        try {
            return SymbolLookup.libraryLookup(INSTALLED, Arena.global());
        } catch (IllegalArgumentException error) {
            throw wrong("libdata_connectors was not found: neither the property " + PROPERTY + " nor the variable "
                    + VARIABLE + " is set, the package has no " + inside + ", and the system's loader finds no "
                    + INSTALLED + "; install it (make install), or set " + VARIABLE + " to its file", error);
        }
    }

    private static SymbolLookup checked(SymbolLookup library, String name) {
        var address = library.find("dc_abi_version").orElseThrow(
                () -> wrong(name + " is not libdata_connectors: it has no dc_abi_version", null));
        int version;
        try {
            version = (int) Linker.nativeLinker()
                    .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT))
                    .invokeExact();
        } catch (Throwable error) {
            throw Native.unexpected(error);
        }
        if (version != ABI_VERSION) {
            throw wrong(name + " has ABI version " + version + ", and this package needs " + ABI_VERSION
                    + ": install the library of the same release", null);
        }
        return library;
    }

    static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(" ", "");
        String processor = System.getProperty("os.arch");
        return system + "-" + (processor.equals("amd64") ? "x86_64" : processor);
    }

    private static UnsatisfiedLinkError wrong(String message, Throwable cause) {
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(message);
        error.initCause(cause);
        return error;
    }
}
