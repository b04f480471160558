package dataconnectors;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** What the library asks, on the thread of a call that waits, to know whether the thread was interrupted. */
final class Interrupts {
    /** A {@code dc_interrupt_callback} without data. Clients share it, so it is never freed. */
    static final MemorySegment CHECK = stub();

    private Interrupts() {
    }

    /** Refuses a call on a thread that is interrupted: the library asks only while it waits. */
    static void refuse() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CallCancelledException(Failure.ofUs(
                    Status.CANCELLED, "the call was not made: the thread was interrupted"));
        }
    }

    /** Whether an interrupt of this thread is why its call ended by a status. */
    static boolean ended(int status) {
        return status == Status.CANCELLED.code() && Thread.currentThread().isInterrupted();
    }

    private static MemorySegment stub() {
        try {
            var method = MethodHandles.lookup()
                    .findStatic(Interrupts.class, "check", MethodType.methodType(int.class, MemorySegment.class));
            var descriptor = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
            return Linker.nativeLinker().upcallStub(method, descriptor, Arena.global());
        } catch (ReflectiveOperationException error) {
            throw new AssertionError(error);
        }
    }

    private static int check(MemorySegment userData) {
        try {
            return Thread.currentThread().isInterrupted() ? 1 : 0;
        } catch (Throwable error) {
            return 0; // What leaves an upcall ends the process.
        }
    }
}
