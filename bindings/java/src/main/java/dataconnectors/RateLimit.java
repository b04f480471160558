package dataconnectors;

import java.io.Serializable;
import java.time.Instant;

/**
 * The rate limit as an answer told it. What it did not tell is null.
 *
 * @param limit how many requests the service allows in the current window
 * @param remaining how many of them are left
 * @param reset when the window ends
 */
public record RateLimit(Long limit, Long remaining, Instant reset) implements Serializable {

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
