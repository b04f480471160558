package dataconnectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRefusesSettings(t *testing.T) {
	cases := map[string]struct {
		token  string
		option Option
		says   string
	}{
		"an empty token":           {"", Option{}, "invalid access_token: empty"},
		"a NUL in the token":       {"to\x00ken", Option{}, "NUL"},
		"a NUL in a text":          {secret, WithRegion("e\x00u"), "region has a NUL"},
		"bytes that are no UTF-8":  {secret, WithRegion("\xff"), "not UTF-8"},
		"an empty base URL":        {secret, WithBaseURL(""), "invalid base_url: empty"},
		"no time":                  {secret, WithTimeout(0), "invalid timeout_ms 0: use 1 to 86400000"},
		"negative time":            {secret, WithTimeout(-time.Second), "invalid timeout_ms -1s: use 1 to 86400000 ms"},
		"less than a millisecond":  {secret, WithConnectTimeout(-1), "invalid connect_timeout_ms -1ns: use 1 to"},
		"the longest time":         {secret, WithConnectTimeout(math.MaxInt64), "86400000"},
		"retries beyond 32 bits":   {secret, WithMaxRetries(1 << 40), "1099511627776: use 0 to 10"},
		"retries below zero":       {secret, WithMaxRetries(-1), "0 to 10"},
		"no bytes":                 {secret, WithMaxResponseBytes(0), "1024 to 1073741824"},
		"a misspelt name":          {secret, WithOption("timeout", "5"), "did you mean timeout_ms?"},
		"a NUL in a name":          {secret, WithOption("proxy\x00y", ""), "name of an option has a NUL"},
		"letters for a number":     {secret, WithOption("timeout_ms", "soon"), "use an integer from 1"},
		"a file that is not there": {secret, WithCAFile("/no/such/file.pem"), "could not read ca_file"},
		"no calls at once":         {secret, WithMaxConcurrentCalls(0), "max concurrent calls is 0: use 1"},
	}
	for name, c := range cases {
		client, err := New(c.token, c.option)
		if client != nil || !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, and not %q", name, err, c.says)
		}
	}
}

func TestRefusesTwoForTheSameThing(t *testing.T) {
	region, address := WithRegion("eu"), WithBaseURL("http://127.0.0.1:9")
	file, system := WithCAFile("/no/such/file.pem"), WithOption("system_roots", "true")
	for says, pair := range map[string][]Option{
		"region and base_url are for the same thing: pass one of them":      {region, address},
		"ca_file and system_roots are for the same thing: pass one of them": {file, system},
	} {
		for _, options := range [][]Option{pair, {pair[1], pair[0]}} {
			client, err := New(secret, options...)
			if client != nil || !errors.Is(err, ErrInvalidArgument) || err.Error() != "dataconnectors: "+says {
				t.Errorf("it gives %v, and not %s", err, says)
			}
		}
	}
	client, err := New(secret, address, address, system, WithSystemRoots(false))
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
}

func TestTakesAllSettings(t *testing.T) {
	client, err := New(secret, WithBaseURL("http://elsewhere.example"), WithAllowInsecureHTTP(true),
		WithAPIVersion("2.16"), WithUserAgentSuffix("my-app/1.0"), WithTimeout(time.Microsecond),
		WithConnectTimeout(time.Second), WithMaxRetries(0), WithMaxResponseBytes(1024), WithNoProxy("localhost"),
		WithProxy("http://user:"+secret+"@proxy.example"), WithWaitForRateLimit(true), WithSystemRoots(false),
		WithMaxConcurrentCalls(1), WithLogger(nil), Option{}, WithOption("max_retries", "1"))
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
}

func TestShowsNoSecret(t *testing.T) {
	proxy := WithProxy("http://user:" + secret + "@127.0.0.1:9")
	client := newClient(t, "https://service.invalid", proxy, WithMaxRetries(0))
	_, err := client.ListPage(background())
	if !errors.Is(err, ErrConnection) {
		t.Fatal(err)
	}
	written, _ := json.Marshal(err)
	_, refusal := New(secret + "\n")
	seen := fmt.Sprintf("%v %+v %#v %v %+v %#v %+v %#v %s %v %#v",
		client, *client, client, err, err, err, proxy, proxy, written, refusal, refusal)
	if strings.Contains(seen, secret) || strings.Contains(seen, "canary") {
		t.Errorf("the secret is seen in %s", seen)
	}
}

func TestErrorsTellAllThatIsKnown(t *testing.T) {
	client := newClient(t, served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.Header().Set("X-RateLimit-Limit", "166")
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", "1900000000")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"type":"error.list","request_id":"req-7",
			"errors":[{"code":"rate_limit_exceeded","message":"Too many","field":"per_page"}]}`)
	}), WithMaxRetries(0))
	_, err := client.ListPage(background())
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrRateLimited) || errors.Is(err, ErrServer) {
		t.Fatal(err)
	}
	if e.Status != ErrRateLimited || e.HTTPStatus != 429 || e.APICode != "rate_limit_exceeded" || e.Attempts != 1 ||
		e.APIField != "per_page" || e.RequestID != "req-7" || *e.RetryAfter != 7*time.Second ||
		*e.RateLimit.Limit != 166 || *e.RateLimit.Remaining != 0 || e.RateLimit.Reset.Unix() != 1900000000 ||
		!strings.Contains(e.Message, "Too many") {
		t.Errorf("it tells %+v", e)
	}
	client = newClient(t, answers(t, `{`), WithMaxRetries(0))
	_, err = client.ListPage(background())
	if !errors.As(err, &e) || e.RetryAfter != nil || e.RateLimit != (RateLimit{}) || e.APICode != "" ||
		e.RequestID != "" {
		t.Errorf("it tells %+v", e)
	}
}

func TestClosedIsRefused(t *testing.T) {
	client := newClient(t, answers(t, `{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"c"}}}`))
	walk, err := client.Pages()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := walk.Next(background()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if client.Close() != nil {
			t.Error("closing fails")
		}
	}
	_, listed := client.ListPage(background())
	_, begun := client.Pages()
	_, stepped := walk.Next(background())
	for _, err := range []error{listed, begun, stepped} {
		if err != ErrClosed || !strings.Contains(err.Error(), "closed") {
			t.Errorf("a closed client gives %v", err)
		}
	}
	for _, err := range client.List(background()) {
		if err != ErrClosed {
			t.Errorf("a closed client gives %v", err)
		}
	}
	for range 2 {
		walk.Close()
	}
	if _, err := walk.Next(background()); err != ErrClosed || walk.Cursor() != "c" {
		t.Errorf("a closed walk gives %v, %q", err, walk.Cursor())
	}
}

func TestTheEndIsEOF(t *testing.T) {
	client := newClient(t, answers(t, `{"data":[]}`))
	walk, _ := client.Pages()
	defer walk.Close()
	if page, err := walk.Next(background()); err != nil || page.Connectors != nil || page.HasNext {
		t.Errorf("it gives %v, %v", page, err)
	}
	for range 2 {
		if page, err := walk.Next(background()); page != nil || err != io.EOF {
			t.Errorf("the end gives %v, %v", page, err)
		}
	}
}
