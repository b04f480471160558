package dataconnectors;

import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.*;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Loads the native library. Except on Windows it calls getenv and dlopen, because Java replaces non-ASCII characters of
 * paths if LC_ALL is C.
 */
final class Library {
    static final String PROPERTY = "dataconnectors.library";
    static final String VARIABLE = "DATA_CONNECTORS_LIBRARY";

    private static final String SYSTEM = system(System.getProperty("os.name"));
    private static final boolean IS_WINDOWS = SYSTEM.equals("win32");
    private static final Duration MAX_LOAD_TIME = Duration.ofMinutes(1);
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
            named = IS_WINDOWS ? System.getenv(VARIABLE)
                    : string((MemorySegment) invoke(libc("getenv", ADDRESS), Arena.global().allocateFrom(VARIABLE)));
        }
        if (named != null && !named.isEmpty()) {
            return load(named, "check " + VARIABLE + " and the system property " + PROPERTY
                    + ", and that the library is for this platform");
        }
        String packaged = packaged();
        try (InputStream library = Library.class.getResourceAsStream(packaged)) {
            if (library == null) {
                return load(fileName(SYSTEM), "install libdata_connectors, or set " + VARIABLE
                        + " to its absolute path; this jar has no " + packaged);
            }
            return load(library);
        } catch (IOException error) {
            throw new UnsatisfiedLinkError("could not extract " + packaged + " (" + error
                    + "): set java.io.tmpdir to a folder in which this program may create files");
        }
    }

    private static SymbolLookup load(InputStream library) throws IOException {
        Path file = Files.createTempFile("libdata_connectors-", IS_WINDOWS ? ".dll" : ".so");
        try {
            Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
            return load(file.toString(), "set java.io.tmpdir to a folder that isn't mounted noexec, or set " + VARIABLE
                    + " to the absolute path of the library");
        } finally {
            if (IS_WINDOWS) {
                deleteUnused(file.getParent());
            } else {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Windows can't delete a loaded DLL, so this deletes those of programs that have ended, if it can. */
    static void deleteUnused(Path folder) {
        Instant before = Instant.now().minus(MAX_LOAD_TIME);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "libdata_connectors-*.dll")) {
            for (Path file : files) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                        Files.delete(file);
                    }
                } catch (IOException inUse) {
                    // A later program deletes it.
                }
            }
        } catch (IOException | DirectoryIteratorException notListed) {
            // The library is loaded.
        }
    }

    private static SymbolLookup load(String path, String remedy) {
        SymbolLookup symbols = IS_WINDOWS ? openOnWindows(path, remedy) : open(path, remedy);
        MemorySegment version = symbols.find("dc_abi_version").orElseThrow(() -> new UnsatisfiedLinkError(
                path + " is not libdata_connectors (it has no dc_abi_version)"));
        Object found = invoke(Linker.nativeLinker().downcallHandle(version, Abi.function("dc_abi_version")));
        int needed = Abi.constant("DC_ABI_VERSION");
        if (!found.equals(needed)) {
            throw new UnsatisfiedLinkError(path + " has ABI version " + found + ", this package requires " + needed
                    + ": install matching versions");
        }
        return symbols;
    }

    private static SymbolLookup open(String path, String remedy) {
        MethodHandle dlerror = libc("dlerror"); // Before dlopen, as resolving it resets the error.
        MethodHandle dlsym = libc("dlsym", ADDRESS, ADDRESS);
        Object library = invoke(libc("dlopen", ADDRESS, JAVA_INT), Arena.global().allocateFrom(path), RTLD_NOW);
        if (library.equals(NULL)) {
            throw notLoaded(path, string((MemorySegment) invoke(dlerror)), remedy);
        }
        return name -> Optional
                .of((MemorySegment) invoke(dlsym, library, Arena.global().allocateFrom(name)))
                .filter(address -> !address.equals(NULL));
    }

    private static SymbolLookup openOnWindows(String path, String remedy) {
        try {
            return SymbolLookup.libraryLookup(path, Arena.global());
        } catch (IllegalArgumentException error) {
            throw notLoaded(path, error.getMessage(), remedy);
        }
    }

    private static UnsatisfiedLinkError notLoaded(String path, String reason, String remedy) {
        return new UnsatisfiedLinkError("could not load " + path + " (" + reason + "): " + remedy);
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

    /** Returns the path in the jar of the library for this platform. */
    static String packaged() {
        boolean isMusl = SYSTEM.equals("linux")
                && Linker.nativeLinker().defaultLookup().find("gnu_get_libc_version").isEmpty();
        String processor = System.getProperty("os.arch");
        return "/META-INF/native/" + platform(SYSTEM, processor, isMusl) + "/" + fileName(SYSTEM);
    }

    /** Returns Node's name of a platform, process.platform and process.arch, with "-musl" if it has musl. */
    static String platform(String system, String processor, boolean isMusl) {
        String name = switch (processor) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64" -> "arm64";
            default -> processor;
        };
        return system + "-" + name + (isMusl ? "-musl" : "");
    }

    static String system(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("windows") ? "win32" : lower.startsWith("mac") ? "darwin" : lower;
    }

    /** Returns the name of the library's file on a system. */
    static String fileName(String system) {
        return switch (system) {
            case "win32" -> "data_connectors.dll";
            case "darwin" -> "libdata_connectors.1.dylib";
            default -> "libdata_connectors.so.1";
        };
    }
}
