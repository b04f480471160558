package dataconnectors;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The options of a client. Only the access token is required. {@link #build()} validates them. Setting an option
 * again replaces its value; null selects the default. A builder can be changed and reused, and must not be used by two
 * threads at once. Environment variables have no effect, except on {@link #systemRoots}.
 */
public final class ClientBuilder {
    private final Map<String, String> options = new LinkedHashMap<>();
    private System.Logger logger;

    ClientBuilder() {
        Library.require();
    }

    /**
     * Sets the access token of the workspace. Required. It never appears in messages or log lines.
     *
     * @param accessToken 1 to 4096 visible ASCII characters, without the word Bearer
     * @return this builder
     */
    public ClientBuilder accessToken(String accessToken) {
        return option("access_token", accessToken);
    }

    /**
     * Sets the region that hosts the workspace. Can't be combined with {@link #baseUrl}.
     *
     * @param region {@code us} (the default), {@code eu} or {@code au}
     * @return this builder
     */
    public ClientBuilder region(String region) {
        return option("region", region);
    }

    /**
     * Sets a base URL instead of a region's, for a gateway or a sandbox. Can't be combined with {@link #region}.
     *
     * @param baseUrl {@code https://host[:port][/path]}; {@code http://} requires loopback
     * @return this builder
     */
    public ClientBuilder baseUrl(String baseUrl) {
        return option("base_url", baseUrl);
    }

    /**
     * Allows plain {@code http://} to other machines, which sends the access token unencrypted.
     *
     * @param allow the default is false
     * @return this builder
     */
    public ClientBuilder allowInsecureHttp(boolean allow) {
        return set("allow_insecure_http", allow);
    }

    /**
     * Sets the Intercom-Version to request.
     *
     * @param apiVersion {@code Preview} (the default), or a number such as {@code 2.16}
     * @return this builder
     */
    public ClientBuilder apiVersion(String apiVersion) {
        return option("api_version", apiVersion);
    }

    /**
     * Appends the name of your program to User-Agent.
     *
     * @param suffix up to 256 visible ASCII characters and spaces, such as {@code my-app/1.0}
     * @return this builder
     */
    public ClientBuilder userAgentSuffix(String suffix) {
        return option("user_agent_suffix", suffix);
    }

    /**
     * Sets the timeout of a whole call, including every retry and every wait.
     *
     * @param timeout 1 ms to 24 h, rounded up to milliseconds; the default is 60 s
     * @return this builder
     */
    public ClientBuilder timeout(Duration timeout) {
        return set("timeout_ms", millis(timeout));
    }

    /**
     * Sets the timeout for opening a connection.
     *
     * @param timeout 1 ms to 24 h, rounded up to milliseconds; the default is 10 s
     * @return this builder
     */
    public ClientBuilder connectTimeout(Duration timeout) {
        return set("connect_timeout_ms", millis(timeout));
    }

    /**
     * Sets how often a call is retried after a retryable failure.
     *
     * @param maxRetries 0 to 10; the default is 2
     * @return this builder
     */
    public ClientBuilder maxRetries(int maxRetries) {
        return set("max_retries", maxRetries);
    }

    /**
     * Sets the largest response body that is accepted; a larger one is {@link Status#TOO_LARGE}.
     *
     * @param maxBytes bytes after decompression, 1024 to 1073741824; the default is 8388608 (8 MiB)
     * @return this builder
     */
    public ClientBuilder maxResponseBytes(int maxBytes) {
        return set("max_response_bytes", maxBytes);
    }

    /**
     * Waits for the reset of the rate limit when no requests remain, instead of failing with 429.
     *
     * @param wait the default is false
     * @return this builder
     */
    public ClientBuilder waitForRateLimit(boolean wait) {
        return set("wait_for_rate_limit", wait);
    }

    /**
     * Sets the HTTP proxy to connect through, with CONNECT. It never appears in messages or log lines.
     *
     * @param proxy {@code http://[user:password@]host[:port]}, user and password percent-encoded; null for none
     * @return this builder
     */
    public ClientBuilder proxy(String proxy) {
        return option("proxy", proxy);
    }

    /**
     * Sets the hosts to connect to without the proxy. A domain includes its subdomains.
     *
     * @param hosts hosts, addresses and domains without ports, separated by commas, or {@code *}
     * @return this builder
     */
    public ClientBuilder noProxy(String hosts) {
        return option("no_proxy", hosts);
    }

    /**
     * Sets the certificate authorities to trust instead of the bundled ones (Mozilla's). Can't be combined with
     * {@link #systemRoots}.
     *
     * @param file a PEM file, which {@link #build()} reads; null for the bundled ones
     * @return this builder
     */
    public ClientBuilder caFile(Path file) {
        return path("ca_file", file);
    }

    /**
     * Trusts the certificate authorities of the system instead of the bundled ones. Can't be combined with
     * {@link #caFile}. The environment variables SSL_CERT_FILE and SSL_CERT_DIR replace those of the system.
     *
     * @param trust the default is false
     * @return this builder
     */
    public ClientBuilder systemRoots(boolean trust) {
        return set("system_roots", trust);
    }

    /**
     * Sets the client certificate, for a server that requires one. Requires {@link #clientKeyFile}.
     *
     * @param file a PEM file with the certificate and its chain, which {@link #build()} reads; null for none
     * @return this builder
     */
    public ClientBuilder clientCertificateFile(Path file) {
        return path("client_certificate_file", file);
    }

    /**
     * Sets the private key of the client certificate.
     *
     * @param file a PEM file with the key, not encrypted, which {@link #build()} reads; null for none
     * @return this builder
     */
    public ClientBuilder clientKeyFile(Path file) {
        return path("client_key_file", file);
    }

    private ClientBuilder path(String name, Path file) {
        // With LC_ALL=C toString() replaces non-ASCII characters.
        return option(name, file == null ? null : Objects.requireNonNull(file.toUri().getPath(), "not a file"));
    }

    /**
     * Sets any option by its name and as a string, as in the C library.
     *
     * @param name such as {@code timeout_ms}; {@link #build()} rejects an unknown one
     * @param value such as {@code 30000}; null for the default
     * @return this builder
     */
    public ClientBuilder option(String name, String value) {
        Objects.requireNonNull(name, "the name of the option is null");
        if (value == null) {
            options.remove(name);
        } else {
            options.put(name, value);
        }
        return this;
    }

    /**
     * Sets a logger: failed calls are logged as ERROR, retries as WARNING, responses as INFO, requests as DEBUG, on the
     * thread of the call. The lines contain no secrets. Exceptions from the logger are ignored.
     *
     * @param logger the logger; null, the default, for none
     * @return this builder
     */
    public ClientBuilder logger(System.Logger logger) {
        this.logger = logger;
        return this;
    }

    /**
     * Creates a client with a copy of the options. Nothing is sent yet.
     *
     * @return a client, which the caller closes
     * @throws IllegalArgumentException if an option is invalid; the message states the allowed values
     * @throws DataConnectorsException if the process is out of file descriptors
     */
    public Client build() {
        rejectReplacedPairs();
        MemorySegment config = (MemorySegment) Function.CONFIG_NEW.call();
        try {
            Callbacks.setInterruptCheck(config);
            if (logger != null) {
                Callbacks.setLogger(config, logger);
            }
            options.forEach((name, value) -> Function.CONFIG_SET_STRING.result(
                    config, Function.checked("option", name), Function.checked(name, value)));
            return new Client(Function.CLIENT_NEW.result(config));
        } finally {
            Function.CONFIG_FREE.call(config);
        }
    }

    /** In C the last one set replaces the other. */
    private void rejectReplacedPairs() {
        for (long index = 0; index < (long) Function.CONFIG_OPTION_COUNT.call(); index++) {
            String name = Function.CONFIG_OPTION.string(index, Abi.constant("DC_INFO_NAME"));
            String replaced = Function.CONFIG_OPTION.string(index, Abi.constant("DC_INFO_REPLACES"));
            if (isOn(name) && isOn(replaced)) {
                throw new IllegalArgumentException(
                        name + " and " + replaced + " replace each other: set one of them");
            }
        }
    }

    private boolean isOn(String name) {
        return !options.getOrDefault(name, "false").matches("false|0");
    }

    private ClientBuilder set(String name, Object value) {
        return option(name, value.toString());
    }

    /** Rounds up, so that a short timeout isn't 0. A duration that doesn't fit is out of range in any case. */
    static long millis(Duration duration) {
        long whole = TimeUnit.MILLISECONDS.convert(duration);
        return duration.compareTo(Duration.ofMillis(whole)) > 0 ? whole + 1 : whole;
    }
}
