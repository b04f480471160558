package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"log/slog"
	"math"
	"strconv"
	"time"
)

// Option is a setting of a client. Each is checked by [New]; where one is given twice, the last counts.
type Option struct {
	name  string
	on    bool // whether it is set to something else than false
	apply func(*building) error
}

// building is a client in the making.
type building struct {
	config *C.dc_config
	calls  int
}

// defaultCalls is the bound on native calls at once, unless [WithMaxConcurrentCalls] says otherwise.
const defaultCalls = 64

// WithRegion says in which data centre the workspace is: "us" (the default), "eu" or "au". A token belongs to one, and
// the others answer 401. It is for the same thing as a base URL: both are refused.
func WithRegion(region string) Option {
	return text(C.DC_OPTION_REGION, region)
}

// WithBaseURL says where the service is, if not in a region: "https://host[:port][/path]"; "http://" is for loopback,
// or for anything with [WithAllowInsecureHTTP].
func WithBaseURL(url string) Option {
	return text(C.DC_OPTION_BASE_URL, url)
}

// WithAllowInsecureHTTP says whether the token may go unencrypted to another machine, or through a proxy; by default
// not. For a test network only.
func WithAllowInsecureHTTP(allow bool) Option {
	return text(C.DC_OPTION_ALLOW_INSECURE_HTTP, strconv.FormatBool(allow))
}

// WithAPIVersion says which Intercom-Version to ask for: a word such as "Preview" (the default), or a number such as
// "2.16".
func WithAPIVersion(version string) Option {
	return text(C.DC_OPTION_API_VERSION, version)
}

// WithUserAgentSuffix puts your program's name, such as "my-app/1.0", behind the library's in User-Agent: up to 256
// visible ASCII characters and spaces.
func WithUserAgentSuffix(suffix string) Option {
	return text(C.DC_OPTION_USER_AGENT_SUFFIX, suffix)
}

// WithTimeout is the time for a whole call, every attempt and every wait between them: 1 ms to 24 h, by default 60 s.
// A part of a millisecond counts as a whole one.
func WithTimeout(timeout time.Duration) Option {
	return duration(C.DC_OPTION_TIMEOUT_MS, timeout)
}

// WithConnectTimeout is the time for opening a connection, within the time of the call: 1 ms to 24 h, by default 10 s.
func WithConnectTimeout(timeout time.Duration) Option {
	return duration(C.DC_OPTION_CONNECT_TIMEOUT_MS, timeout)
}

// WithMaxRetries is how often a call is tried again after a failure that may pass: 0 to 10, by default 2.
func WithMaxRetries(retries int) Option {
	return text(C.DC_OPTION_MAX_RETRIES, strconv.Itoa(retries))
}

// WithMaxResponseBytes is the largest answer taken, after decompression: 1 KiB to 1 GiB, by default 8 MiB.
func WithMaxResponseBytes(bytes int64) Option {
	return text(C.DC_OPTION_MAX_RESPONSE_BYTES, strconv.FormatInt(bytes, 10))
}

// WithProxy is the HTTP proxy to go through by CONNECT: "http://[user:password@]host[:port]". Without it connections
// go directly, whatever the environment says.
func WithProxy(url string) Option {
	return text(C.DC_OPTION_PROXY, url)
}

// WithNoProxy names the hosts to reach directly although there is a proxy: hosts, addresses and domains such as
// ".internal", with commas between, or "*".
func WithNoProxy(hosts string) Option {
	return text(C.DC_OPTION_NO_PROXY, hosts)
}

// WithCAFile is a PEM file of the certificate authorities to trust instead of the bundled ones (Mozilla's).
func WithCAFile(path string) Option {
	return text(C.DC_OPTION_CA_FILE, path)
}

// WithSystemRoots says whether to trust the certificate authorities that this system does instead of the bundled ones.
// It is for the same thing as a CA file: both are refused.
func WithSystemRoots(use bool) Option {
	return text(C.DC_OPTION_SYSTEM_ROOTS, strconv.FormatBool(use))
}

// WithWaitForRateLimit sets whether a call waits for the reset of the rate limit, within its timeout, when no requests
// remain, instead of failing with 429; by default it doesn't.
func WithWaitForRateLimit(wait bool) Option {
	return text(C.DC_OPTION_WAIT_FOR_RATE_LIMIT, strconv.FormatBool(wait))
}

// WithOption sets an option of the library by its name in data_connectors.h, such as "timeout_ms": for one that this
// package has no function for. The value is a string also for numbers ("30000") and booleans ("true").
func WithOption(name, value string) Option {
	return text(name, value)
}

// WithLogger sends the log lines to a logger: a failure is an error, another try a warning, an answer Info, a request
// Debug. Its level is read by [New]. Lines are written during calls, by the goroutine that makes them; a handler that
// panics loses its line. It must not call runtime.Goexit, as t.FailNow does, nor step the walk whose line it gets. A
// call that it makes with the same client takes a turn of its own: with [WithMaxConcurrentCalls] of 1 it waits for
// itself. The token is in no line.
func WithLogger(logger *slog.Logger) Option {
	return Option{apply: func(b *building) error { return setLogger(b.config, logger) }}
}

// WithMaxConcurrentCalls is how many native calls the client makes at once, by default 64. Each blocks a thread of
// the system; callers beyond wait for their turn, or for the end of their context.
func WithMaxConcurrentCalls(calls int) Option {
	return Option{apply: func(b *building) error {
		if calls < 1 || calls > math.MaxInt32 {
			return refused("max concurrent calls is %d: use 1 to %d", calls, math.MaxInt32)
		}
		b.calls = calls
		return nil
	}}
}

// eitherOf refuses two options that replace each other: in C the one that is set last is in effect.
func eitherOf(options []Option) error {
	on := map[string]bool{}
	for _, option := range options {
		on[option.name] = option.on
	}
	for i := range C.dc_config_option_count() {
		name := C.GoString(C.dc_config_option(i, C.DC_INFO_NAME))
		other := C.GoString(C.dc_config_option(i, C.DC_INFO_REPLACES))
		if on[name] && on[other] {
			return refused("%s and %s are for the same thing: pass one of them", name, other)
		}
	}
	return nil
}

// text sets an option from a string, which the library parses.
func text(name, value string) Option {
	off := value == "false" || value == "0"
	return Option{name: name, on: !off, apply: func(b *building) error {
		return withText("the name of an option", name, func(option *C.char) error {
			return withText(name, value, func(lent *C.char) error {
				return tried(func(failure **C.dc_error) C.dc_status {
					return C.dc_config_set_string(b.config, option, lent, failure)
				})
			})
		})
	}}
}

// duration refuses a negative value with its unit: most of them are a number that lacks one.
func duration(name string, value time.Duration) Option {
	if value < 0 {
		return Option{apply: func(*building) error {
			return refused("invalid %s %v: use 1 to 86400000 ms", name, value)
		}}
	}
	return text(name, strconv.FormatInt(wholeMilliseconds(value), 10))
}

// tried makes a native call that doesn't block, and gives its failure.
func tried(call func(failure **C.dc_error) C.dc_status) error {
	var failure *C.dc_error
	if status := call(&failure); status != C.DC_OK {
		return taken(status, failure)
	}
	return nil
}

// wholeMilliseconds rounds up, so that a short time isn't none.
func wholeMilliseconds(d time.Duration) int64 {
	whole := int64(d / time.Millisecond)
	if d%time.Millisecond > 0 {
		whole++
	}
	return whole
}
