package dataconnectors;

import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The border to C: calls of each shape, and texts in both directions. */
final class Native {

    /** A call that can fail: its memory, and where its result and its error go. */
    interface Call {
        int with(Arena arena, MemorySegment result, MemorySegment error) throws Throwable;
    }

    private Native() {
    }

    /** Makes a call that can fail, and gives its result; NULL where it has none, and at the end of a walk. */
    static MemorySegment result(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ADDRESS);
            MemorySegment error = arena.allocate(ADDRESS);
            int status = call.with(arena, result, error);
            if (status < 0) {
                throw Failure.exception(status, error.get(ADDRESS, 0));
            }
            return result.get(ADDRESS, 0);
        } catch (Throwable error) {
            throw unexpected(error);
        }
    }

    static void call(Function function, MemorySegment handle) {
        try {
            function.handle().invokeExact(handle);
        } catch (Throwable error) {
            throw unexpected(error);
        }
    }

    static int int32(Function function, MemorySegment handle) {
        try {
            return (int) function.handle().invokeExact(handle);
        } catch (Throwable error) {
            throw unexpected(error);
        }
    }

    static long int64(Function function, MemorySegment handle) {
        try {
            return (long) function.handle().invokeExact(handle);
        } catch (Throwable error) {
            throw unexpected(error);
        }
    }

    static MemorySegment pointer(Function function, MemorySegment handle) {
        try {
            return (MemorySegment) function.handle().invokeExact(handle);
        } catch (Throwable error) {
            throw unexpected(error);
        }
    }

    /** Copies a text that ends in a NUL; null for NULL. */
    static String text(Function function, MemorySegment handle) {
        return text(pointer(function, handle));
    }

    static String text(MemorySegment text) {
        return text.equals(NULL) ? null : text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** Copies bytes, NULs and all. */
    static byte[] bytes(Function start, Function length, MemorySegment handle) {
        MemorySegment bytes = pointer(start, handle);
        return bytes.reinterpret(int64(length, handle)).toArray(JAVA_BYTE);
    }

    /** Copies a string for C; NULL for null. One that C would read as another string is refused. */
    static MemorySegment text(Arena arena, String name, String text) {
        if (text == null) {
            return NULL;
        }
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("invalid " + name + ": contains a NUL character");
        }
        ByteBuffer bytes;
        try {
            bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException error) {
            throw new IllegalArgumentException(
                    "invalid " + name + ": contains an unpaired surrogate, which UTF-8 can't represent", error);
        }
        MemorySegment copy = arena.allocate(bytes.remaining() + 1L);
        MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, copy, 0, bytes.remaining());
        return copy;
    }

    /** Converts an int32_t argument; a number that doesn't fit is refused, not truncated. */
    static int int32(String name, long value, String range) {
        if (value != (int) value) {
            throw new IllegalArgumentException("invalid " + name + " " + value + ": use " + range);
        }
        return (int) value;
    }

    /** For what is thrown through a method handle, which declares all, and of which nothing is checked. */
    static Error unexpected(Throwable error) {
        switch (error) {
            case RuntimeException exception -> throw exception;
            case Error serious -> throw serious;
            default -> throw new AssertionError(error);
        }
    }
}
