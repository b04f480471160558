package dataconnectors;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * The rate limit as an answer told it. What it did not tell is null.
 *
 * @param limit how many requests the service allows in the current window
 * @param remaining how many of them are left
 * @param reset when the window ends
 */
public record RateLimit(Long limit, Long remaining, Instant reset) implements Serializable {

    /** Reads the rate limit of a page or an error. */
    static RateLimit read(Function function, MemorySegment handle) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(JAVA_LONG);
            MemorySegment remaining = arena.allocate(JAVA_LONG);
            MemorySegment reset = arena.allocate(JAVA_LONG);
            function.handle().invokeExact(handle, limit, remaining, reset);
            return of(limit.get(JAVA_LONG, 0), remaining.get(JAVA_LONG, 0), reset.get(JAVA_LONG, 0));
        } catch (Throwable error) {
            throw Native.unexpected(error);
        }
    }

    static RateLimit of(long limit, long remaining, long reset) {
        return new RateLimit(known(limit), known(remaining), reset < 0 ? null : seconds(reset));
    }

    private static Long known(long number) {
        return number < 0 ? null : number;
    }

    private static Instant seconds(long reset) {
        // A header can say more than an Instant can.
        return reset > Instant.MAX.getEpochSecond() ? Instant.MAX : Instant.ofEpochSecond(reset);
    }
}
