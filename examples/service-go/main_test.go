package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	dc "dataconnectors"
)

// The test program is the service, too, when it is told so: signals need a process.
func TestMain(m *testing.M) {
	if os.Getenv("SERVICE_TEST_IS_SERVICE") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// started runs a program whose first line is its address.
func started(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	output, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

func sandbox(t *testing.T, arguments ...string) string {
	t.Helper()
	program := os.Getenv("DC_TEST_SANDBOX")
	if program == "" {
		t.Fatal("DC_TEST_SANDBOX has to name the program data-connectors-sandbox")
	}
	return started(t, exec.Command(program, arguments...))
}

func serviceAt(t *testing.T, upstream string) (string, *exec.Cmd) {
	t.Helper()
	command := exec.Command(os.Args[0], "-base-url", upstream, "-per-page", "20")
	command.Env = append(os.Environ(), "SERVICE_TEST_IS_SERVICE=1", "INTERCOM_ACCESS_TOKEN=canary-4f1c9be2-token",
		"GORACE=atexit_sleep_ms=0") // else the race detector waits a second at the end
	return started(t, command), command
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// calls waits until so many requests for connectors are under way, and says how long that took.
func calls(t *testing.T, address string, wanted int) time.Duration {
	t.Helper()
	started := time.Now()
	for time.Since(started) < 3*time.Second {
		_, body := get(t, address+"/health")
		var health struct{ Calls int }
		if err := json.Unmarshal([]byte(body), &health); err != nil {
			t.Fatal(body, err)
		}
		if health.Calls == wanted {
			return time.Since(started)
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("there are never %d calls", wanted)
	return 0
}

func TestStreamsAllConnectors(t *testing.T) {
	address, _ := serviceAt(t, sandbox(t))
	response, body := get(t, address+"/connectors")
	lines := strings.Split(strings.TrimSpace(body), "\n")
	kind := response.Header.Get("Content-Type")
	if response.StatusCode != 200 || kind != "application/x-ndjson" || len(lines) != 137 {
		t.Fatalf("%s, %s, %d lines", response.Status, kind, len(lines))
	}
	for _, line := range lines {
		var row struct{ ID string }
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.ID == "" {
			t.Fatal(line, err)
		}
	}
	if response, _ := get(t, address+"/elsewhere"); response.StatusCode != 404 {
		t.Errorf("an unknown address is %s", response.Status)
	}
}

func TestAFailureAfterTheFirstPageIsTheLastLine(t *testing.T) {
	goOn := make(chan struct{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("starting_after") {
			<-goOn
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(w, `{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"c"}}}`)
	}))
	defer upstream.Close()
	address, _ := serviceAt(t, upstream.URL)
	response, err := http.Get(address + "/connectors")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	first, err := lines.ReadString('\n') // comes while the second page is waited for
	close(goOn)
	if err != nil || !strings.Contains(first, `"id":"1"`) {
		t.Fatal(first, err)
	}
	rest, err := io.ReadAll(lines)
	var last struct {
		Error struct{ Status, Message string }
	}
	if err == nil {
		err = json.Unmarshal(rest, &last)
	}
	if err != nil || last.Error.Status != "DC_ERR_FORBIDDEN" || last.Error.Message == "" {
		t.Errorf("it ends with %s, %v", rest, err)
	}
}

func TestAFailureBeforeTheFirstPageIsAStatus(t *testing.T) {
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120") // longer than a call's time, so it comes back at once
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer busy.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for upstream, wanted := range map[string]struct {
		code          int
		after, status string
	}{
		busy.URL:                         {429, "120", "DC_ERR_RATE_LIMITED"},
		gone.URL:                         {503, "", "DC_ERR_CONNECTION"},
		sandbox(t, "--token", "another"): {502, "", "DC_ERR_UNAUTHORIZED"},
	} {
		address, _ := serviceAt(t, upstream)
		response, body := get(t, address+"/connectors")
		if response.StatusCode != wanted.code || response.Header.Get("Retry-After") != wanted.after ||
			!strings.Contains(body, `"status":"`+wanted.status+`"`) || strings.Contains(body, "canary") {
			t.Errorf("%s: %s %v", response.Status, body, response.Header)
		}
	}
}

func TestTheCallersLeavingEndsTheCall(t *testing.T) {
	address, _ := serviceAt(t, sandbox(t, "--latency-ms", "5000"))
	ctx, leave := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/connectors", nil)
	if err != nil {
		t.Fatal(err)
	}
	left := make(chan error, 1)
	go func() {
		_, err := http.DefaultClient.Do(request)
		left <- err
	}()
	calls(t, address, 1)
	leave()
	if took := calls(t, address, 0); took > time.Second || <-left == nil {
		t.Errorf("the call ends %v after the caller", took)
	}
}

func TestASignalEndsItWithinASecond(t *testing.T) {
	for _, end := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		address, command := serviceAt(t, sandbox(t, "--latency-ms", "5000"))
		answered := make(chan int, 1)
		go func() {
			response, err := http.Get(address + "/connectors")
			if err != nil {
				answered <- 0
				return
			}
			response.Body.Close()
			answered <- response.StatusCode
		}()
		calls(t, address, 1)
		asked := time.Now()
		if err := command.Process.Signal(end); err != nil {
			t.Fatal(err)
		}
		err := command.Wait()
		if took := time.Since(asked); err != nil || took > time.Second {
			t.Errorf("%v: it ends after %v, with %v", end, took, err)
		}
		if status := <-answered; status != http.StatusServiceUnavailable {
			t.Errorf("the request under way gets %d", status)
		}
	}
}

func TestACallerWhoDoesNotReadDoesNotKeepIt(t *testing.T) {
	address, command := serviceAt(t, sandbox(t, "--connectors", "100000"))
	caller, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer caller.Close()
	fmt.Fprint(caller, "GET /connectors HTTP/1.1\r\nHost: service\r\n\r\n")
	calls(t, address, 1)
	time.Sleep(300 * time.Millisecond) // until nothing more fits on its way
	asked := time.Now()
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil || time.Since(asked) > time.Second {
		t.Errorf("it ends after %v, with %v", time.Since(asked), err)
	}
}

func TestDoesNotStartWithWhatIsRefused(t *testing.T) {
	for says, start := range map[string]struct{ token, perPage string }{
		"access_token: empty": {"", "50"},
		"invalid per_page 51": {"any", "51"},
		"invalid per_page -1": {"any", "-1"},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		command := exec.CommandContext(ctx, os.Args[0], "-per-page", start.perPage)
		command.Env = append(os.Environ(), "SERVICE_TEST_IS_SERVICE=1", "INTERCOM_ACCESS_TOKEN="+start.token)
		said, _ := command.CombinedOutput()
		code := command.ProcessState.ExitCode()
		if code != 2 || !strings.Contains(string(said), says) || strings.Count(string(said), "\n") != 1 {
			t.Errorf("it ends with %d, and says %s", code, said)
		}
	}
}

func TestRetryAfterIsRoundedUp(t *testing.T) {
	for wait, wanted := range map[time.Duration]string{0: "0", time.Millisecond: "1", 2 * time.Second: "2",
		1<<63 - 1: "9223372037"} { // what the service's server says may be that long
		recorder := httptest.NewRecorder()
		refuse(recorder, &dc.Error{Status: dc.ErrRateLimited, RetryAfter: &wait})
		if given := recorder.Header().Get("Retry-After"); given != wanted {
			t.Errorf("%v: %s", wait, given)
		}
	}
}
