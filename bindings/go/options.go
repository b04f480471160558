package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"log/slog"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unsafe"
)

// Option is an option of a client, validated by [New]. If an option is passed twice, the last value is used. The
// library's docs/options.md lists allowed values and defaults.
type Option func(*config)

type config struct {
	values   map[string]string
	logger   *slog.Logger
	maxCalls int
}

// WithOption sets any option of the library by its name, such as "timeout_ms", even if this package has no function for
// it. The value is a string, even for numbers ("30000") and booleans ("true").
func WithOption(name, value string) Option { return func(c *config) { c.values[name] = value } }

// WithRegion sets the region that hosts the workspace: "us" (default), "eu" or "au". An access token is valid in one
// region; the others respond with 401. Can't be combined with a base URL.
func WithRegion(region string) Option { return WithOption(C.DC_OPTION_REGION, region) }

// WithBaseURL sets the base URL of a gateway or a sandbox, "https://host[:port][/path]". "http://" requires loopback.
func WithBaseURL(url string) Option { return WithOption(C.DC_OPTION_BASE_URL, url) }

// WithAllowInsecureHTTP allows plain "http://" to other machines, which sends the access token unencrypted.
func WithAllowInsecureHTTP(allow bool) Option { return boolean(C.DC_OPTION_ALLOW_INSECURE_HTTP, allow) }

// WithAPIVersion sets the Intercom-Version to request: "Preview" (default), or a number such as "2.16".
func WithAPIVersion(version string) Option { return WithOption(C.DC_OPTION_API_VERSION, version) }

// WithUserAgentSuffix appends the name of your program, such as "my-app/1.0", to User-Agent.
func WithUserAgentSuffix(suffix string) Option {
	return WithOption(C.DC_OPTION_USER_AGENT_SUFFIX, suffix)
}

// WithTimeout sets the timeout of a whole call, including every retry and every wait: 1 ms to 24 h, default 60 s. It
// is rounded up to milliseconds.
func WithTimeout(timeout time.Duration) Option { return duration(C.DC_OPTION_TIMEOUT_MS, timeout) }

// WithConnectTimeout sets the timeout for opening a connection: 1 ms to 24 h, default 10 s.
func WithConnectTimeout(timeout time.Duration) Option {
	return duration(C.DC_OPTION_CONNECT_TIMEOUT_MS, timeout)
}

// WithMaxRetries sets how often a call is retried after a retryable failure: 0 to 10, default 2.
func WithMaxRetries(retries int) Option { return integer(C.DC_OPTION_MAX_RETRIES, int64(retries)) }

// WithMaxResponseBytes sets the largest response body that is accepted, after decompression; default 8 MiB.
func WithMaxResponseBytes(bytes int64) Option { return integer(C.DC_OPTION_MAX_RESPONSE_BYTES, bytes) }

// WithWaitForRateLimit makes calls wait for the reset of the rate limit when no requests remain, instead of failing
// with 429.
func WithWaitForRateLimit(wait bool) Option { return boolean(C.DC_OPTION_WAIT_FOR_RATE_LIMIT, wait) }

// WithProxy sets the HTTP proxy to connect through: "http://[user:password@]host[:port]". Environment variables have
// no effect.
func WithProxy(url string) Option { return WithOption(C.DC_OPTION_PROXY, url) }

// WithNoProxy sets the hosts to connect to without the proxy: hosts, addresses and domains, separated by commas; or
// "*".
func WithNoProxy(hosts string) Option { return WithOption(C.DC_OPTION_NO_PROXY, hosts) }

// WithCAFile sets a PEM file of certificate authorities to trust instead of the bundled ones (Mozilla's).
func WithCAFile(path string) Option { return WithOption(C.DC_OPTION_CA_FILE, path) }

// WithSystemRoots trusts the certificate authorities of the system instead of the bundled ones. Can't be combined
// with a CA file.
func WithSystemRoots(trust bool) Option { return boolean(C.DC_OPTION_SYSTEM_ROOTS, trust) }

// WithClientCertificateFiles sets the PEM files of the certificate (and its chain), and of its private key, for a server
// that requires a client certificate. The key must not be encrypted.
func WithClientCertificateFiles(certificate, key string) Option {
	return func(c *config) {
		WithOption(C.DC_OPTION_CLIENT_CERTIFICATE_FILE, certificate)(c)
		WithOption(C.DC_OPTION_CLIENT_KEY_FILE, key)(c)
	}
}

// WithLogger logs failures as errors, retries as warnings, responses as Info and requests as Debug. The level of the
// logger is read by [New]. Its handler runs during the call, on its goroutine: it must not call runtime.Goexit (as
// t.FailNow does), and must not use the pager of the call. If it panics, the line is lost.
func WithLogger(logger *slog.Logger) Option { return func(c *config) { c.logger = logger } }

// WithMaxConcurrentCalls limits the native calls of the client, each of which blocks a thread; default 64. Further
// calls wait without blocking a thread.
func WithMaxConcurrentCalls(calls int) Option { return func(c *config) { c.maxCalls = calls } }

func boolean(name string, value bool) Option { return WithOption(name, strconv.FormatBool(value)) }

func integer(name string, value int64) Option { return WithOption(name, strconv.FormatInt(value, 10)) }

func duration(name string, value time.Duration) Option { return integer(name, milliseconds(value)) }

// milliseconds rounds up, so that a timeout below 1 ms isn't 0.
func milliseconds(value time.Duration) int64 {
	return int64(math.Ceil(float64(value) / float64(time.Millisecond)))
}

// newClient creates the native client.
func (c *config) newClient() (client *C.dc_client, err error) {
	if c.maxCalls < 1 {
		return nil, invalid("invalid max concurrent calls %d: use at least 1", c.maxCalls)
	}
	if err := c.rejectReplacedPairs(); err != nil {
		return nil, err
	}
	native := C.dc_config_new()
	defer C.dc_config_free(native)
	for _, name := range slices.Sorted(maps.Keys(c.values)) {
		if err := setOption(native, name, c.values[name]); err != nil {
			return nil, err
		}
	}
	if err := setLogger(native, c.logger); err != nil {
		return nil, err
	}
	err = check(func(failure **C.dc_error) C.dc_status { return C.dc_client_new(native, &client, failure) })
	return client, err
}

// rejectReplacedPairs rejects two options that replace each other: the library would use the one that is set last.
func (c *config) rejectReplacedPairs() error {
	isSet := func(name string) bool {
		value, ok := c.values[name]
		return ok && name != "" && value != "false" && value != "0"
	}
	for i := range C.dc_config_option_count() {
		name := C.GoString(C.dc_config_option(i, C.DC_INFO_NAME))
		other := C.GoString(C.dc_config_option(i, C.DC_INFO_REPLACES))
		if isSet(name) && isSet(other) {
			return invalid("%s and %s replace each other: pass one of them", name, other)
		}
	}
	return nil
}

func setOption(config *C.dc_config, name, value string) error {
	option, err := cString("option name", name)
	if err != nil {
		return err
	}
	text, err := cString(name, value)
	if err != nil {
		return err
	}
	defer clear(unsafe.Slice((*byte)(unsafe.Pointer(text)), len(value))) // the value may be a secret
	return check(func(failure **C.dc_error) C.dc_status {
		return C.dc_config_set_string(config, option, text, failure)
	})
}
