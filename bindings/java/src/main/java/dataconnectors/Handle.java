package dataconnectors;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * Owns a native object, and frees it once it is closed and no call uses it. It has no reference to its owner, so that a
 * cleaner can close it when the owner becomes unreachable.
 */
final class Handle {
    private static final Cleaner CLEANER = Cleaner.create();

    private final String name;
    private final Function free;
    private final MemorySegment pointer;
    private final Cleaner.Cleanable cleanable;
    private int uses;
    private boolean closed;

    /** Keeps the native object from being freed during a call. */
    record Use(Handle handle, MemorySegment pointer) implements AutoCloseable {
        static final Use NOTHING = new Use(null, MemorySegment.NULL);

        @Override
        public void close() {
            if (handle != null) {
                handle.change(-1, false);
            }
        }
    }

    /** Takes ownership of a native object; {@code name} is used in messages. */
    Handle(Object owner, String name, MemorySegment pointer, Function free) {
        this.name = name;
        this.pointer = pointer;
        this.free = free;
        cleanable = CLEANER.register(owner, () -> change(0, true));
    }

    synchronized void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the " + name + " is closed");
        }
    }

    /** The fence prevents the cleaner from closing the handle before the use is counted. */
    synchronized Use use(Object owner) {
        requireOpen();
        uses++;
        Reference.reachabilityFence(owner);
        return new Use(this, pointer);
    }

    /** Rejects later uses. The last use in progress frees the native object. */
    void close() {
        cleanable.clean();
    }

    private void change(int by, boolean close) {
        boolean last;
        synchronized (this) {
            uses += by;
            closed |= close;
            last = closed && uses == 0;
        }
        if (last) {
            free.call(pointer);
        }
    }
}
