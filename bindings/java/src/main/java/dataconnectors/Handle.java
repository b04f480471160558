package dataconnectors;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * Owns a native object, and frees it when it is closed and no call uses it any more.
 *
 * <p>It knows nothing of the object that it belongs to, so that a cleaner can close it when that is unreachable.
 */
final class Handle {
    private static final Cleaner CLEANER = Cleaner.create();

    private final String name;
    private final Function free;
    private final MemorySegment pointer;
    private int uses;
    private boolean closed;
    private Cleaner.Cleanable cleanable;

    /** A native object in use by a call: it is not freed meanwhile. */
    record Use(Handle handle, MemorySegment pointer) implements AutoCloseable {
        static final Use NOTHING = new Use(null, MemorySegment.NULL);

        @Override
        public void close() {
            if (handle != null) {
                handle.release();
            }
        }
    }

    /** Takes over a native object; {@code name} is for messages. */
    Handle(String name, MemorySegment pointer, Function free) {
        this.name = name;
        this.pointer = pointer;
        this.free = free;
    }

    /** Lets the garbage collector close it, as a last resort, when {@code owner} is unreachable. */
    Handle ownedBy(Object owner) {
        cleanable = CLEANER.register(owner, this::end);
        return this;
    }

    synchronized void requireOpen() {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    /** Uses it for a call. Its owner is not collected, and so closed, before that has begun. */
    synchronized Use use(Object owner) {
        requireOpen();
        uses++;
        Reference.reachabilityFence(owner);
        return new Use(this, pointer);
    }

    /** Closes it: later uses are refused, and when the last one under way has ended it is freed. */
    void close() {
        cleanable.clean();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    // A cleanable is run once, so this is, too.
    private void end() {
        boolean idle;
        synchronized (this) {
            closed = true;
            idle = uses == 0;
        }
        if (idle) {
            Native.call(free, pointer);
        }
    }

    private void release() {
        boolean last;
        synchronized (this) {
            uses--;
            last = closed && uses == 0;
        }
        if (last) {
            Native.call(free, pointer);
        }
    }
}
