package dataconnectors;

import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.*;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The functions that the library calls, on the thread that makes a call. */
final class Callbacks {
    private static final MemorySegment CHECK = stub("check", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MemorySegment LOG = stub("log", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, ADDRESS));
    private static final MemorySegment DESTROY = stub("destroy", FunctionDescriptor.ofVoid(ADDRESS));

    /** In the order of {@code DC_LOG_ERROR}, which is 1, to {@code DC_LOG_DEBUG}. */
    private static final List<Level> LEVELS = List.of(Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG);

    /** The loggers in use, by the number that is passed as user_data. */
    static final Map<Long, Logger> LOGGERS = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();

    private Callbacks() {
    }

    static void setInterruptCheck(MemorySegment config) {
        Function.CONFIG_SET_INTERRUPT_CHECK.result(config, CHECK, NULL, NULL);
    }

    static void setLogger(MemorySegment config, Logger logger) {
        MemorySegment number = MemorySegment.ofAddress(LAST.incrementAndGet());
        LOGGERS.put(number.address(), logger);
        Function.CONFIG_SET_LOGGER.result(config, LEVELS.size(), LOG, number, DESTROY);
    }

    private static int check(MemorySegment userData) {
        return Thread.currentThread().isInterrupted() ? 1 : 0;
    }

    private static void log(MemorySegment number, int level, MemorySegment line) {
        try {
            LOGGERS.get(number.address()).log(LEVELS.get(level - 1), Library.string(line));
        } catch (Throwable error) {
            return; // An exception that leaves an upcall terminates the JVM.
        }
    }

    private static void destroy(MemorySegment number) {
        LOGGERS.remove(number.address());
    }

    private static MemorySegment stub(String name, FunctionDescriptor descriptor) {
        try {
            var method = MethodHandles.lookup().findStatic(Callbacks.class, name, descriptor.toMethodType());
            return Linker.nativeLinker().upcallStub(method, descriptor, Arena.global());
        } catch (ReflectiveOperationException error) {
            throw new AssertionError(error);
        }
    }
}
