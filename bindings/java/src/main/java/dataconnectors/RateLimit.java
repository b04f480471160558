package dataconnectors;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * The rate limit that a response reported. Values that it did not report are null.
 *
 * @param limit the number of requests allowed in the current window
 * @param remaining the number of requests that remain in it
 * @param reset the end of the window
 */
public record RateLimit(Long limit, Long remaining, Instant reset) implements Serializable {

    /** Reads the rate limit of a page or an error. */
    static RateLimit read(Function function, MemorySegment handle) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(JAVA_LONG, 3);
            function.call(handle, numbers, numbers.asSlice(8), numbers.asSlice(16));
            Long reset = known(numbers.getAtIndex(JAVA_LONG, 2));
            return new RateLimit(
                    known(numbers.getAtIndex(JAVA_LONG, 0)),
                    known(numbers.getAtIndex(JAVA_LONG, 1)),
                    // The header can exceed the range of Instant.
                    reset == null ? null : Instant.ofEpochSecond(Math.min(reset, Instant.MAX.getEpochSecond())));
        }
    }

    private static Long known(long number) {
        return number < 0 ? null : number;
    }
}
