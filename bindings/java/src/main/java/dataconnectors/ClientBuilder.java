package dataconnectors;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The options of a client. Only the access token is required. They are checked by {@link #build()}. An option that is
 * set again replaces its earlier value. A builder can be changed and reused; it must not be used by two threads at
 * once. Environment variables have no effect, except for {@link #systemRoots}.
 */
public final class ClientBuilder {
    private final Map<String, String> options = new LinkedHashMap<>();

    ClientBuilder() {
        Library.require();
    }

    /**
     * The workspace's access token. There is no default.
     *
     * @param token 1 to 4096 visible ASCII characters, without the word Bearer. No message repeats it
     * @return this builder
     */
    public ClientBuilder token(String token) {
        return required("access_token", token);
    }

    /**
     * The data centre of the workspace. Not together with {@link #baseUrl}.
     *
     * @param region {@code us} (the default), {@code eu} or {@code au}
     * @return this builder
     */
    public ClientBuilder region(String region) {
        return required("region", region);
    }

    /**
     * Where the service is, if not in a region: a sandbox, or a gateway of yours. Not together with {@link #region}.
     *
     * @param baseUrl {@code https://host[:port][/path]}; {@code http://} is for loopback, or for anything with
     *     {@link #allowInsecureHttp}
     * @return this builder
     */
    public ClientBuilder baseUrl(String baseUrl) {
        return required("base_url", baseUrl);
    }

    /**
     * Whether the token may go unencrypted to another machine, or through a proxy. For a test network only.
     *
     * @param allow false is the default
     * @return this builder
     */
    public ClientBuilder allowInsecureHttp(boolean allow) {
        return flag("allow_insecure_http", allow);
    }

    /**
     * The Intercom-Version to ask for.
     *
     * @param apiVersion a word of letters, such as {@code Preview} (the default), or a number such as {@code 2.16}
     * @return this builder
     */
    public ClientBuilder apiVersion(String apiVersion) {
        return required("api_version", apiVersion);
    }

    /**
     * A name for your program, put behind the library's own in User-Agent.
     *
     * @param suffix up to 256 visible ASCII characters and spaces, such as {@code my-app/1.0}; none is the default
     * @return this builder
     */
    public ClientBuilder userAgentSuffix(String suffix) {
        return required("user_agent_suffix", suffix);
    }

    /**
     * The time for a whole call: every attempt, and every wait between them. A call always ends.
     *
     * @param timeout 1 ms to 24 h, a part of a millisecond counting as a whole one; a minute is the default
     * @return this builder
     */
    public ClientBuilder timeout(Duration timeout) {
        return integer("timeout_ms", millis(timeout));
    }

    /**
     * The time for opening a connection, within the time of the call.
     *
     * @param timeout 1 ms to 24 h, a part of a millisecond counting as a whole one; ten seconds are the default
     * @return this builder
     */
    public ClientBuilder connectTimeout(Duration timeout) {
        return integer("connect_timeout_ms", millis(timeout));
    }

    /**
     * How often a call is tried again after a failure that may pass.
     *
     * @param maxRetries 0 (never) to 10; 2 is the default
     * @return this builder
     */
    public ClientBuilder maxRetries(long maxRetries) {
        return integer("max_retries", maxRetries);
    }

    /**
     * The largest answer taken; a larger one is {@link Status#TOO_LARGE}.
     *
     * @param maxBytes bytes after decompression, 1024 to 1073741824 (1 GiB); 8388608 (8 MiB) is the default
     * @return this builder
     */
    public ClientBuilder maxResponseBytes(long maxBytes) {
        return integer("max_response_bytes", maxBytes);
    }

    /**
     * Whether a call waits for the reset of the rate limit when no requests remain, instead of failing with 429.
     *
     * @param wait false is the default
     * @return this builder
     */
    public ClientBuilder waitForRateLimit(boolean wait) {
        return flag("wait_for_rate_limit", wait);
    }

    /**
     * The HTTP proxy to go through, by a CONNECT tunnel.
     *
     * @param proxy {@code http://[user:password@]host[:port]}, user and password percent-encoded; no message repeats
     *     it. null, the default: none
     * @return this builder
     */
    public ClientBuilder proxy(String proxy) {
        return option("proxy", proxy);
    }

    /**
     * The hosts to reach directly although there is a proxy.
     *
     * @param hosts hosts, addresses and domains, with commas between; a domain stands for all that is below it,
     *     {@code *} for all; none is the default
     * @return this builder
     */
    public ClientBuilder noProxy(String hosts) {
        return required("no_proxy", hosts);
    }

    /**
     * The certificate authorities to trust instead of the bundled ones (Mozilla's). Not together with
     * {@link #systemRoots}.
     *
     * @param file a PEM file, read when the client is made; null, the default: the bundled ones
     * @return this builder
     */
    public ClientBuilder caFile(Path file) {
        return option("ca_file", file == null ? null : file.toString());
    }

    /**
     * Whether to trust the certificate authorities that this system does, instead of the bundled ones. Not
     * together with {@link #caFile}. Where they are is the system's convention, which on Unix includes the environment
     * variables SSL_CERT_FILE and SSL_CERT_DIR.
     *
     * @param useThem false is the default
     * @return this builder
     */
    public ClientBuilder systemRoots(boolean useThem) {
        return flag("system_roots", useThem);
    }

    /**
     * Sets any option by the name and in the form that the C library gives it: for one that has no method here.
     *
     * @param name such as {@code timeout_ms}; {@link #build()} refuses an unknown one
     * @param value such as {@code 30000}; null resets the option to its default
     * @return this builder
     */
    public ClientBuilder option(String name, String value) {
        if (value == null) {
            options.remove(name);
        } else {
            options.put(name, value);
        }
        return this;
    }

    /**
     * Creates a client with a copy of these options. Nothing is sent yet.
     *
     * @return a client, which the caller closes
     * @throws IllegalArgumentException if an option is invalid; the message says what is allowed
     * @throws DataConnectorsException if the process is out of file descriptors
     */
    public Client build() {
        refuseBoth("region", options.containsKey("region"), "base_url", options.containsKey("base_url"));
        refuseBoth("ca_file", options.containsKey("ca_file"), "system_roots", isTrue(options.get("system_roots")));
        MemorySegment config = newConfig();
        try {
            Native.result((arena, result, error) -> (int) Functions.SET_INTERRUPT_CHECK.handle()
                    .invokeExact(config, Interrupts.CHECK, MemorySegment.NULL, MemorySegment.NULL, error));
            options.forEach((name, value) -> set(config, name, value));
            return new Client(Native.result((arena, result, error) ->
                    (int) Functions.CLIENT_NEW.handle().invokeExact(config, result, error)));
        } finally {
            Native.call(Functions.CONFIG_FREE, config);
        }
    }

    /** In C the one that is set last replaces the other. */
    private static void refuseBoth(String one, boolean hasOne, String other, boolean hasOther) {
        if (hasOne && hasOther) {
            throw new IllegalArgumentException(one + " and " + other + " replace each other: set one of them");
        }
    }

    private static boolean isTrue(String value) {
        return "true".equals(value) || "1".equals(value);
    }

    private static MemorySegment newConfig() {
        try {
            return (MemorySegment) Functions.CONFIG_NEW.handle().invokeExact();
        } catch (Throwable error) {
            throw Native.unexpected(error);
        }
    }

    private static void set(MemorySegment config, String name, String value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is null: pass a string (is the variable for it set?)");
        }
        Native.result((arena, result, error) -> (int) Functions.CONFIG_SET_STRING.handle()
                .invokeExact(config, Native.text(arena, "option", name), Native.text(arena, name, value), error));
    }

    /** Keeps a null, so that {@link #build()} refuses it. */
    private ClientBuilder required(String name, String value) {
        options.put(name, value);
        return this;
    }

    private ClientBuilder flag(String name, boolean value) {
        return option(name, Boolean.toString(value));
    }

    private ClientBuilder integer(String name, long value) {
        return option(name, Long.toString(value));
    }

    /**
     * Rounds away from 0, so that a short timeout isn't 0 and a negative one stays negative. One that doesn't fit into
     * a long is out of range anyway: the library refuses it.
     */
    private static long millis(Duration duration) {
        try {
            long whole = duration.toMillis();
            return whole + Integer.signum(duration.compareTo(Duration.ofMillis(whole)));
        } catch (ArithmeticException error) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
