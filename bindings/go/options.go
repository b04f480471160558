package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"log/slog"
	"math"
	"time"
)

// Option is a setting of a client. Each is checked by [New]; where one is given twice, the last counts.
type Option struct {
	name  string
	on    bool // whether it says more than that there is none
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
	return text("region", region, func(c *C.dc_config, value *C.char, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_region(c, value, failure)
	})
}

// WithBaseURL says where the service is, if not in a region: "https://host[:port][/path]"; "http://" is for loopback,
// or for anything with [WithAllowInsecureHTTP].
func WithBaseURL(url string) Option {
	return text("base_url", url, func(c *C.dc_config, value *C.char, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_base_url(c, value, failure)
	})
}

// WithAllowInsecureHTTP says whether the token may go unencrypted to another machine, or through a proxy; by default
// not. For a test network only.
func WithAllowInsecureHTTP(allow bool) Option {
	return flag(allow, func(c *C.dc_config, value C.int32_t, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_allow_insecure_http(c, value, failure)
	})
}

// WithAPIVersion says which Intercom-Version to ask for: a word such as "Preview" (the default), or a number such as
// "2.16".
func WithAPIVersion(version string) Option {
	return text("api_version", version, func(c *C.dc_config, value *C.char, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_api_version(c, value, failure)
	})
}

// WithUserAgentSuffix puts your program's name, such as "my-app/1.0", behind the library's in User-Agent: up to 256
// visible ASCII characters and spaces.
func WithUserAgentSuffix(suffix string) Option {
	return text("user_agent_suffix", suffix, func(c *C.dc_config, value *C.char, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_user_agent_suffix(c, value, failure)
	})
}

// WithTimeout is the time for a whole call, every attempt and every wait between them: 1 ms to 24 h, by default 60 s.
// A part of a millisecond counts as a whole one.
func WithTimeout(timeout time.Duration) Option {
	return duration("timeout", timeout, func(c *C.dc_config, ms C.int64_t, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_timeout_ms(c, ms, failure)
	})
}

// WithConnectTimeout is the time for opening a connection, within the time of the call: 1 ms to 24 h, by default 10 s.
func WithConnectTimeout(timeout time.Duration) Option {
	return duration("connect timeout", timeout, func(c *C.dc_config, ms C.int64_t, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_connect_timeout_ms(c, ms, failure)
	})
}

// WithMaxRetries is how often a call is tried again after a failure that may pass: 0 to 10, by default 2.
func WithMaxRetries(retries int) Option {
	return Option{apply: func(b *building) error {
		if retries < math.MinInt32 || retries > math.MaxInt32 {
			return refused("max retries is %d: use 0 to 10", retries)
		}
		return tried(func(failure **C.dc_error) C.dc_status {
			return C.dc_config_set_max_retries(b.config, C.int32_t(retries), failure)
		})
	}}
}

// WithMaxResponseBytes is the largest answer taken, after decompression: 1 KiB to 1 GiB, by default 8 MiB.
func WithMaxResponseBytes(bytes int64) Option {
	return number(bytes, func(c *C.dc_config, value C.int64_t, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_max_response_bytes(c, value, failure)
	})
}

// WithProxy is the HTTP proxy to go through by CONNECT: "http://[user:password@]host[:port]". Without it connections
// go directly, whatever the environment says.
func WithProxy(url string) Option {
	return text("proxy", url, func(c *C.dc_config, value *C.char, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_proxy(c, value, failure)
	})
}

// WithNoProxy names the hosts to reach directly although there is a proxy: hosts, addresses and domains such as
// ".internal", with commas between, or "*".
func WithNoProxy(hosts string) Option {
	return text("no_proxy", hosts, func(c *C.dc_config, value *C.char, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_no_proxy(c, value, failure)
	})
}

// WithCAFile is a PEM file of the certificate authorities to trust instead of the bundled ones (Mozilla's).
func WithCAFile(path string) Option {
	return text("ca_file", path, func(c *C.dc_config, value *C.char, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_ca_file(c, value, failure)
	})
}

// WithSystemRoots says whether to trust the certificate authorities that this system does instead of the bundled ones.
// It is for the same thing as a CA file: both are refused.
func WithSystemRoots(use bool) Option {
	option := flag(use, func(c *C.dc_config, value C.int32_t, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_system_roots(c, value, failure)
	})
	option.name, option.on = "system_roots", use
	return option
}

// WithPacing says whether a call waits for the rate limit's reset, within its time, instead of earning a 429.
func WithPacing(wait bool) Option {
	return flag(wait, func(c *C.dc_config, value C.int32_t, failure **C.dc_error) C.dc_status {
		return C.dc_config_set_pacing(c, value, failure)
	})
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

// eitherOf refuses two settings for the same thing: in C the one that is set last replaces the other.
func eitherOf(options []Option) error {
	on := map[string]bool{}
	for _, option := range options {
		on[option.name] = option.on
	}
	for _, pair := range [][2]string{{"region", "base_url"}, {"ca_file", "system_roots"}} {
		if on[pair[0]] && on[pair[1]] {
			return refused("%s and %s are for the same thing: pass one of them", pair[0], pair[1])
		}
	}
	return nil
}

func text(name, value string, set func(*C.dc_config, *C.char, **C.dc_error) C.dc_status) Option {
	return Option{name: name, on: true, apply: func(b *building) error {
		return withText(name, value, func(lent *C.char) error {
			return tried(func(failure **C.dc_error) C.dc_status { return set(b.config, lent, failure) })
		})
	}}
}

func number(value int64, set func(*C.dc_config, C.int64_t, **C.dc_error) C.dc_status) Option {
	return Option{apply: func(b *building) error {
		return tried(func(failure **C.dc_error) C.dc_status { return set(b.config, C.int64_t(value), failure) })
	}}
}

// duration refuses a negative one as it was given: most of them are a number without a unit.
func duration(name string, value time.Duration, set func(*C.dc_config, C.int64_t, **C.dc_error) C.dc_status) Option {
	if value < 0 {
		return Option{apply: func(*building) error {
			return refused("the %s is %v: use 1 to 86400000 ms", name, value)
		}}
	}
	return number(wholeMilliseconds(value), set)
}

func flag(value bool, set func(*C.dc_config, C.int32_t, **C.dc_error) C.dc_status) Option {
	number := C.int32_t(0)
	if value {
		number = 1
	}
	return Option{apply: func(b *building) error {
		return tried(func(failure **C.dc_error) C.dc_status { return set(b.config, number, failure) })
	}}
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
