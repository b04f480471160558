package dataconnectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRejectsInvalidOptions(t *testing.T) {
	for name, c := range map[string]struct {
		accessToken string
		option      Option
		message     string
	}{
		"an empty access token":       {"", WithMaxRetries(0), "invalid access_token: empty"},
		"a NUL in the access token":   {"to\x00ken", WithMaxRetries(0), "invalid access_token: contains a NUL"},
		"a NUL in a string":           {secret, WithRegion("e\x00u"), "invalid region: contains a NUL"},
		"invalid UTF-8":               {secret, WithRegion("\xff"), "not UTF-8"},
		"an empty base URL":           {secret, WithBaseURL(""), "invalid base_url: empty"},
		"a timeout of 0":              {secret, WithTimeout(0), "invalid timeout_ms 0: use 1 to 86400000"},
		"a negative timeout":          {secret, WithTimeout(-time.Second), "invalid timeout_ms -1000: use 1 to"},
		"a negative nanosecond":       {secret, WithConnectTimeout(-1), "invalid connect_timeout_ms 0: use 1 to"},
		"the longest duration":        {secret, WithConnectTimeout(math.MaxInt64), "86400000"},
		"a number beyond 32 bits":     {secret, WithMaxRetries(1 << 40), "1099511627776: use 0 to 10"},
		"a number below the minimum":  {secret, WithMaxResponseBytes(0), "1024 to 1073741824"},
		"a misspelt name":             {secret, WithOption("timeout", "5"), "did you mean timeout_ms?"},
		"an empty name":               {secret, WithOption("", "5"), "unknown option"},
		"a NUL in a name":             {secret, WithOption("proxy\x00y", ""), "invalid option name: contains a NUL"},
		"letters instead of a number": {secret, WithOption("timeout_ms", "soon"), "use an integer from 1"},
		"a missing file":              {secret, WithCAFile("/no/such/file.pem"), "could not read ca_file"},
		"a missing certificate":       {secret, WithClientCertificateFiles("/no/a.pem", ""), "could not read client_cert"},
		"a missing key":               {secret, WithOption("client_key_file", "/no/a.key"), "could not read client_key"},
		"no concurrent calls":         {secret, WithMaxConcurrentCalls(0), "invalid max concurrent calls 0: use at"},
	} {
		client, err := New(c.accessToken, c.option)
		if client != nil || !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: %v, expected %q", name, err, c.message)
		}
	}
}

func TestRejectsOptionsThatReplaceEachOther(t *testing.T) {
	region, baseURL := WithRegion("eu"), WithBaseURL("http://127.0.0.1:9")
	file, system := WithCAFile("/no/such/file.pem"), WithOption("system_roots", "true")
	for message, pair := range map[string][]Option{
		"region and base_url replace each other: pass one of them":      {region, baseURL},
		"ca_file and system_roots replace each other: pass one of them": {file, system},
	} {
		for _, options := range [][]Option{pair, {pair[1], pair[0]}} {
			client, err := New(secret, options...)
			if client != nil || !errors.Is(err, ErrInvalidArgument) || err.Error() != "dataconnectors: "+message {
				t.Errorf("%v, expected %s", err, message)
			}
		}
	}
	client, err := New(secret, baseURL, baseURL, system, WithSystemRoots(false))
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
}

func TestAcceptsAllOptions(t *testing.T) {
	client, err := New(secret, WithBaseURL("http://elsewhere.example"), WithAllowInsecureHTTP(true),
		WithAPIVersion("2.16"), WithUserAgentSuffix("my-app/1.0"), WithTimeout(time.Microsecond),
		WithConnectTimeout(time.Second), WithMaxRetries(0), WithMaxResponseBytes(1024), WithNoProxy("localhost"),
		WithProxy("http://user:"+secret+"@proxy.example"), WithWaitForRateLimit(true), WithSystemRoots(false),
		WithMaxConcurrentCalls(1), WithLogger(nil), WithOption("max_retries", "1"))
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
}

func TestSecretsAreNotPrinted(t *testing.T) {
	proxy := WithProxy("http://user:" + secret + "@127.0.0.1:9")
	client := newClient(t, "https://service.invalid", proxy, WithMaxRetries(0))
	_, err := client.ListPage(t.Context())
	if !errors.Is(err, ErrConnection) {
		t.Fatal(err)
	}
	encoded, _ := json.Marshal(err)
	_, invalid := New(secret + "\n")
	printed := fmt.Sprintf("%v %+v %#v %v %+v %#v %+v %#v %s %v %#v",
		client, *client, client, err, err, err, proxy, proxy, encoded, invalid, invalid)
	if strings.Contains(printed, secret) || strings.Contains(printed, "canary") {
		t.Errorf("a secret was printed: %s", printed)
	}
}

func TestErrorsHaveAllFields(t *testing.T) {
	client := newClient(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.Header().Set("X-RateLimit-Limit", "166")
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", "1900000000")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"type":"error.list","request_id":"req-7",
			"errors":[{"code":"rate_limit_exceeded","message":"Too many","field":"per_page"}]}`)
	}), WithMaxRetries(0))
	_, err := client.ListPage(t.Context())
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrRateLimited) || errors.Is(err, ErrServer) {
		t.Fatal(err)
	}
	if e.Status != ErrRateLimited || e.HTTPStatus != 429 || e.APICode != "rate_limit_exceeded" || e.Attempts != 1 ||
		e.APIField != "per_page" || e.RequestID != "req-7" || *e.RetryAfter != 7*time.Second ||
		*e.RateLimit.Limit != 166 || *e.RateLimit.Remaining != 0 || e.RateLimit.Reset.Unix() != 1900000000 ||
		!strings.Contains(e.Message, "Too many") {
		t.Errorf("the error is %+v", e)
	}
	if text := err.Error(); text != "dataconnectors: "+e.Message+" (request id req-7)" {
		t.Errorf("the text is %s", text)
	}
	client = newClient(t, serveBodies(t, `{`), WithMaxRetries(0))
	_, err = client.ListPage(t.Context())
	if !errors.As(err, &e) || e.RetryAfter != nil || e.RateLimit != (RateLimit{}) || e.APICode != "" ||
		e.RequestID != "" || err.Error() != "dataconnectors: "+e.Message {
		t.Errorf("the error is %+v", e)
	}
}

func TestRetryAfterOfCenturiesDoesNotOverflow(t *testing.T) {
	client := newClient(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "9000000000000000")
		w.WriteHeader(http.StatusTooManyRequests)
	}), WithMaxRetries(0))
	_, err := client.ListPage(t.Context())
	var e *Error
	if !errors.As(err, &e) || e.RetryAfter != nil && *e.RetryAfter <= 0 {
		t.Errorf("the error is %+v", e)
	}
}

func TestClosedClientAndPagerAreRejected(t *testing.T) {
	client := newClient(t, serveBodies(t, `{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"c"}}}`))
	pager := newPager(t, client)
	if _, err := pager.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if client.Close() != nil {
			t.Error("Close failed")
		}
	}
	_, page := client.ListPage(t.Context())
	_, created := client.NewPager()
	_, next := pager.Next(t.Context())
	for _, err := range []error{page, created, next} {
		if err != ErrClosed || !strings.Contains(err.Error(), "closed") {
			t.Errorf("a closed client returns %v", err)
		}
	}
	for _, err := range client.List(t.Context()) {
		if err != ErrClosed {
			t.Errorf("a closed client returns %v", err)
		}
	}
	for range 2 {
		pager.Close()
	}
	if _, err := pager.Next(t.Context()); err != ErrClosed || pager.Cursor() != "c" {
		t.Errorf("a closed pager returns %v, %q", err, pager.Cursor())
	}
}
