package dataconnectors;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings of a client. Only the token has to be set. They are checked by {@link #build()}, in the order in which
 * they were set; of one that was set twice the last counts. The builder may be changed and used again, by one
 * thread at a time. No environment variable has an effect, but as {@link #systemRoots} says.
 */
public final class ClientBuilder {
    private final List<Setting> settings = new ArrayList<>();
    private boolean hasRegion;
    private boolean hasBaseUrl;
    private boolean allowInsecureHttp;
    private boolean systemRoots;
    private Path caFile;

    private interface Setting {
        void apply(MemorySegment config);
    }

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
        return text("token", Functions.SET_TOKEN, token);
    }

    /**
     * The data centre of the workspace. Not together with {@link #baseUrl}.
     *
     * @param region {@code us} (the default), {@code eu} or {@code au}
     * @return this builder
     */
    public ClientBuilder region(String region) {
        hasRegion = true;
        return text("region", Functions.SET_REGION, region);
    }

    /**
     * Where the service is, if not in a region: a sandbox, or a gateway of yours. Not together with {@link #region}.
     *
     * @param baseUrl {@code https://host[:port][/path]}; {@code http://} is for loopback, or for anything with
     *     {@link #allowInsecureHttp}
     * @return this builder
     */
    public ClientBuilder baseUrl(String baseUrl) {
        hasBaseUrl = true;
        return text("base_url", Functions.SET_BASE_URL, baseUrl);
    }

    /**
     * Whether the token may go unencrypted to another machine, or through a proxy. For a test network only.
     *
     * @param allow false is the default
     * @return this builder
     */
    public ClientBuilder allowInsecureHttp(boolean allow) {
        allowInsecureHttp = allow;
        return this;
    }

    /**
     * The Intercom-Version to ask for.
     *
     * @param apiVersion a word of letters, such as {@code Preview} (the default), or a number such as {@code 2.16}
     * @return this builder
     */
    public ClientBuilder apiVersion(String apiVersion) {
        return text("api_version", Functions.SET_API_VERSION, apiVersion);
    }

    /**
     * A name for your program, put behind the library's own in User-Agent.
     *
     * @param suffix up to 256 visible ASCII characters and spaces, such as {@code my-app/1.0}; none is the default
     * @return this builder
     */
    public ClientBuilder userAgentSuffix(String suffix) {
        return text("user_agent_suffix", Functions.SET_USER_AGENT_SUFFIX, suffix);
    }

    /**
     * The time for a whole call: every attempt, and every wait between them. A call always ends.
     *
     * @param timeout 1 ms to 24 h, a part of a millisecond counting as a whole one; a minute is the default
     * @return this builder
     */
    public ClientBuilder timeout(Duration timeout) {
        return int64(Functions.SET_TIMEOUT_MS, millis(timeout));
    }

    /**
     * The time for opening a connection, within the time of the call.
     *
     * @param timeout 1 ms to 24 h, a part of a millisecond counting as a whole one; ten seconds are the default
     * @return this builder
     */
    public ClientBuilder connectTimeout(Duration timeout) {
        return int64(Functions.SET_CONNECT_TIMEOUT_MS, millis(timeout));
    }

    /**
     * How often a call is tried again after a failure that may pass.
     *
     * @param maxRetries 0 (never) to 10; 2 is the default
     * @return this builder
     */
    public ClientBuilder maxRetries(long maxRetries) {
        return set(config ->
                apply(config, Functions.SET_MAX_RETRIES, Native.int32("max_retries", maxRetries, "0 to 10")));
    }

    /**
     * The largest answer taken; a larger one is {@link Status#TOO_LARGE}.
     *
     * @param maxBytes bytes after decompression, 1024 to 1073741824 (1 GiB); 8388608 (8 MiB) is the default
     * @return this builder
     */
    public ClientBuilder maxResponseBytes(long maxBytes) {
        return int64(Functions.SET_MAX_RESPONSE_BYTES, maxBytes);
    }

    /**
     * Whether a call waits for the rate limit's reset when nothing remains until then, instead of earning a 429.
     *
     * @param wait false is the default
     * @return this builder
     */
    public ClientBuilder pacing(boolean wait) {
        return flag(Functions.SET_PACING, wait);
    }

    /**
     * The HTTP proxy to go through, by a CONNECT tunnel.
     *
     * @param proxy {@code http://[user:password@]host[:port]}, user and password percent-encoded; no message repeats
     *     it. null, the default: none
     * @return this builder
     */
    public ClientBuilder proxy(String proxy) {
        return set(config -> apply(config, "proxy", Functions.SET_PROXY, proxy));
    }

    /**
     * The hosts to reach directly although there is a proxy.
     *
     * @param hosts hosts, addresses and domains, with commas between; a domain stands for all that is below it,
     *     {@code *} for all; none is the default
     * @return this builder
     */
    public ClientBuilder noProxy(String hosts) {
        return text("no_proxy", Functions.SET_NO_PROXY, hosts);
    }

    /**
     * The certificate authorities to trust instead of the bundled ones (Mozilla's). Not together with
     * {@link #systemRoots}.
     *
     * @param file a PEM file, read when the client is made; null, the default: the bundled ones
     * @return this builder
     */
    public ClientBuilder caFile(Path file) {
        caFile = file;
        return this;
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
        systemRoots = useThem;
        return this;
    }

    /**
     * Makes a client with a copy of these settings. Nothing is sent yet.
     *
     * @return a client of yours, to be closed
     * @throws IllegalArgumentException when a setting was refused; the message says what would be right
     * @throws DataConnectorsException when the process has no file descriptor left
     */
    public Client build() {
        oneOf("region", hasRegion, "base_url", hasBaseUrl);
        oneOf("ca_file", caFile != null, "system_roots", systemRoots);
        MemorySegment config = newConfig();
        try {
            Native.result((arena, result, error) -> (int) Functions.SET_INTERRUPT_CHECK.handle()
                    .invokeExact(config, Interrupts.CHECK, MemorySegment.NULL, MemorySegment.NULL, error));
            apply(config, Functions.SET_ALLOW_INSECURE_HTTP, allowInsecureHttp ? 1 : 0);
            settings.forEach(setting -> setting.apply(config));
            if (systemRoots) {
                apply(config, Functions.SET_SYSTEM_ROOTS, 1);
            } else if (caFile != null) {
                apply(config, "ca_file", Functions.SET_CA_FILE, caFile.toString());
            }
            return new Client(Native.result((arena, result, error) ->
                    (int) Functions.CLIENT_NEW.handle().invokeExact(config, result, error)));
        } finally {
            Native.call(Functions.CONFIG_FREE, config);
        }
    }

    /** In C the one that is set last takes the other's place. */
    private static void oneOf(String one, boolean hasOne, String other, boolean hasOther) {
        if (hasOne && hasOther) {
            throw new IllegalArgumentException(one + " and " + other + " are for the same thing: pass one of them");
        }
    }

    private static MemorySegment newConfig() {
        try {
            return (MemorySegment) Functions.CONFIG_NEW.handle().invokeExact();
        } catch (Throwable error) {
            throw Native.unexpected(error);
        }
    }

    private ClientBuilder text(String name, Function setter, String value) {
        if (value == null) {
            return set(config -> {
                throw new IllegalArgumentException(
                        "the " + name + " is null: pass text (is the variable for it set?)");
            });
        }
        return set(config -> apply(config, name, setter, value));
    }

    private static void apply(MemorySegment config, String name, Function setter, String value) {
        Native.result((arena, result, error) ->
                (int) setter.handle().invokeExact(config, Native.text(arena, name, value), error));
    }

    private ClientBuilder flag(Function setter, boolean value) {
        return set(config -> apply(config, setter, value ? 1 : 0));
    }

    private static void apply(MemorySegment config, Function setter, int value) {
        Native.result((arena, result, error) -> (int) setter.handle().invokeExact(config, value, error));
    }

    private ClientBuilder int64(Function setter, long value) {
        return set(config -> Native.result((arena, result, error) ->
                (int) setter.handle().invokeExact(config, value, error)));
    }

    private ClientBuilder set(Setting setting) {
        settings.add(setting);
        return this;
    }

    /**
     * Rounds away from 0: a short time isn't none, and a negative one stays so. One that no long can hold is out of
     * range, whatever it is: the library says so.
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
