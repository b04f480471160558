package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	dc "dataconnectors"
)

var errUnknown = errors.New("this runner doesn't know the setting")

// clientOf makes a client with the settings of a case, and with its options by name. What Go's compiler would refuse,
// it refuses as an argument.
func clientOf(settings map[string]any, byName map[string]string) (*dc.Client, error) {
	token := ""
	var options []dc.Option
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		value := settings[name]
		if name == "token" {
			text, ok := value.(string)
			if !ok {
				return nil, wrongType(name, value)
			}
			token = text
			continue
		}
		make, ok := setters[name]
		if !ok {
			return nil, fmt.Errorf("%w %s", errUnknown, name)
		}
		option, ok := make(value)
		if !ok {
			return nil, wrongType(name, value)
		}
		options = append(options, option)
	}
	for name, value := range byName {
		options = append(options, dc.WithOption(name, value))
	}
	return dc.New(token, options...)
}

func wrongType(name string, value any) error {
	return &dc.Error{Status: dc.ErrInvalidArgument, Message: fmt.Sprintf("%s is a %T", name, value)}
}

var setters = map[string]func(any) (dc.Option, bool){
	"region":              text(dc.WithRegion),
	"base_url":            text(dc.WithBaseURL),
	"allow_insecure_http": flag(dc.WithAllowInsecureHTTP),
	"api_version":         text(dc.WithAPIVersion),
	"user_agent_suffix":   text(dc.WithUserAgentSuffix),
	"timeout_ms":          duration(dc.WithTimeout),
	"connect_timeout_ms":  duration(dc.WithConnectTimeout),
	"max_retries":         number(func(n int64) dc.Option { return dc.WithMaxRetries(int(n)) }),
	"max_response_bytes":  number(dc.WithMaxResponseBytes),
	"proxy":               text(dc.WithProxy),
	"no_proxy":            text(dc.WithNoProxy),
	"ca_file":             text(dc.WithCAFile),
	"system_roots":        flag(dc.WithSystemRoots),
	"wait_for_rate_limit": flag(dc.WithWaitForRateLimit),
}

func text(option func(string) dc.Option) func(any) (dc.Option, bool) {
	return func(value any) (dc.Option, bool) {
		given, ok := value.(string)
		return option(given), ok
	}
}

func flag(option func(bool) dc.Option) func(any) (dc.Option, bool) {
	return func(value any) (dc.Option, bool) {
		given, ok := value.(bool)
		return option(given), ok
	}
}

func number(option func(int64) dc.Option) func(any) (dc.Option, bool) {
	return func(value any) (dc.Option, bool) {
		written, ok := value.(json.Number)
		given, err := strconv.ParseInt(written.String(), 10, 64)
		return option(given), ok && err == nil
	}
}

// duration passes on as many milliseconds as a Duration can have.
func duration(option func(time.Duration) dc.Option) func(any) (dc.Option, bool) {
	const most = int64(math.MaxInt64 / time.Millisecond)
	return number(func(ms int64) dc.Option {
		return option(time.Duration(max(-most, min(ms, most))) * time.Millisecond)
	})
}
