package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	dc "dataconnectors"
)

// typedOptions are the functions for "settings"; "options" are set by name.
var typedOptions = map[string]any{
	"region":              dc.WithRegion,
	"base_url":            dc.WithBaseURL,
	"allow_insecure_http": dc.WithAllowInsecureHTTP,
	"api_version":         dc.WithAPIVersion,
	"user_agent_suffix":   dc.WithUserAgentSuffix,
	"timeout_ms":          dc.WithTimeout,
	"connect_timeout_ms":  dc.WithConnectTimeout,
	"max_retries":         dc.WithMaxRetries,
	"max_response_bytes":  dc.WithMaxResponseBytes,
	"wait_for_rate_limit": dc.WithWaitForRateLimit,
	"proxy":               dc.WithProxy,
	"no_proxy":            dc.WithNoProxy,
	"ca_file":             dc.WithCAFile,
	"system_roots":        dc.WithSystemRoots,
}

func clientOptions(c testCase) (options []dc.Option, err error) {
	for name, value := range c.Settings {
		if name != "token" {
			option, err := typedOption(name, value)
			if err != nil {
				return nil, err
			}
			options = append(options, option)
		}
	}
	for name, value := range c.Options {
		options = append(options, dc.WithOption(name, value))
	}
	return options, nil
}

// typedOption uses the option's function; it sets a value of another type, which the compiler would reject, by name.
func typedOption(name string, value any) (dc.Option, error) {
	number, _ := value.(json.Number)
	integer, notInteger := strconv.ParseInt(number.String(), 10, 64)
	text, isText := value.(string)
	flag, isFlag := value.(bool)
	switch option := typedOptions[name].(type) {
	case nil:
		return nil, fmt.Errorf("unknown setting %s", name)
	case func(string) dc.Option:
		if isText {
			return option(text), nil
		}
	case func(bool) dc.Option:
		if isFlag {
			return option(flag), nil
		}
	case func(int) dc.Option:
		if notInteger == nil {
			return option(int(integer)), nil
		}
	case func(int64) dc.Option:
		if notInteger == nil {
			return option(integer), nil
		}
	case func(time.Duration) dc.Option:
		if notInteger == nil {
			const longest = int64(math.MaxInt64 / time.Millisecond)
			return option(time.Duration(max(-longest, min(integer, longest))) * time.Millisecond), nil
		}
	}
	return dc.WithOption(name, fmt.Sprint(value)), nil
}
