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

// With SERVICE_TEST_IS_SERVICE the test program is the service, as the tests of signals need a process.
func TestMain(m *testing.M) {
	if os.Getenv("SERVICE_TEST_IS_SERVICE") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// start runs a program whose first line of output is its URL.
func start(t *testing.T, command *exec.Cmd) string {
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

func startSandbox(t *testing.T, arguments ...string) string {
	t.Helper()
	program := os.Getenv("DC_TEST_SANDBOX")
	if program == "" {
		t.Fatal("set DC_TEST_SANDBOX to the path of the program data-connectors-sandbox")
	}
	return start(t, exec.Command(program, arguments...))
}

func startService(t *testing.T, upstream string) (string, *exec.Cmd) {
	t.Helper()
	command := exec.Command(os.Args[0], "-base-url", upstream, "-per-page", "20")
	command.Env = append(os.Environ(), "SERVICE_TEST_IS_SERVICE=1", "INTERCOM_ACCESS_TOKEN=canary-4f1c9be2-token",
		"GORACE=atexit_sleep_ms=0") // the race detector would wait for a second at exit
	return start(t, command), command
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

// waitForCalls waits for this number of requests for connectors in progress, and returns how long that took.
func waitForCalls(t *testing.T, address string, expected int) time.Duration {
	t.Helper()
	started := time.Now()
	for time.Since(started) < 3*time.Second {
		_, body := get(t, address+"/health")
		var health struct{ Calls int }
		if err := json.Unmarshal([]byte(body), &health); err != nil {
			t.Fatal(body, err)
		}
		if health.Calls == expected {
			return time.Since(started)
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("timed out waiting for %d calls in progress", expected)
	return 0
}

func TestStreamsAllConnectors(t *testing.T) {
	address, _ := startService(t, startSandbox(t))
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
		t.Errorf("an unknown path responds %s", response.Status)
	}
}

func TestFailureAfterTheFirstPageIsTheLastLine(t *testing.T) {
	resume := make(chan struct{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("starting_after") {
			<-resume
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(w, `{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"c"}}}`)
	}))
	defer upstream.Close()
	address, _ := startService(t, upstream.URL)
	response, err := http.Get(address + "/connectors")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	first, err := lines.ReadString('\n') // is sent before the second page is received
	close(resume)
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
		t.Errorf("the last line is %s, %v", rest, err)
	}
}

func TestFailureBeforeTheFirstPageIsAnHTTPStatus(t *testing.T) {
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120") // more than the timeout of a call, so it is not retried
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer busy.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	for upstream, expected := range map[string]struct {
		code          int
		after, status string
	}{
		busy.URL:                              {429, "120", "DC_ERR_RATE_LIMITED"},
		closed.URL:                            {503, "", "DC_ERR_CONNECTION"},
		startSandbox(t, "--token", "another"): {502, "", "DC_ERR_UNAUTHORIZED"},
	} {
		address, _ := startService(t, upstream)
		response, body := get(t, address+"/connectors")
		if response.StatusCode != expected.code || response.Header.Get("Retry-After") != expected.after ||
			!strings.Contains(body, `"status":"`+expected.status+`"`) || strings.Contains(body, "canary") {
			t.Errorf("%s: %s %v", response.Status, body, response.Header)
		}
	}
}

func TestDisconnectingCancelsTheCall(t *testing.T) {
	address, _ := startService(t, startSandbox(t, "--latency-ms", "5000"))
	ctx, disconnect := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/connectors", nil)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	go func() {
		_, err := http.DefaultClient.Do(request)
		failed <- err
	}()
	waitForCalls(t, address, 1)
	disconnect()
	if took := waitForCalls(t, address, 0); took > time.Second || <-failed == nil {
		t.Errorf("the call ended %v after the caller disconnected", took)
	}
}

func TestSignalEndsTheServiceWithinASecond(t *testing.T) {
	for _, sent := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		address, command := startService(t, startSandbox(t, "--latency-ms", "5000"))
		responded := make(chan int, 1)
		go func() {
			response, err := http.Get(address + "/connectors")
			if err != nil {
				responded <- 0
				return
			}
			response.Body.Close()
			responded <- response.StatusCode
		}()
		waitForCalls(t, address, 1)
		signalled := time.Now()
		if err := command.Process.Signal(sent); err != nil {
			t.Fatal(err)
		}
		err := command.Wait()
		if took := time.Since(signalled); err != nil || took > time.Second {
			t.Errorf("%v: it ended after %v with %v", sent, took, err)
		}
		if status := <-responded; status != http.StatusServiceUnavailable {
			t.Errorf("the request in progress got %d", status)
		}
	}
}

func TestCallerThatDoesNotReadDoesNotDelayTheExit(t *testing.T) {
	address, command := startService(t, startSandbox(t, "--connectors", "100000"))
	caller, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer caller.Close()
	fmt.Fprint(caller, "GET /connectors HTTP/1.1\r\nHost: service\r\n\r\n")
	waitForCalls(t, address, 1)
	time.Sleep(300 * time.Millisecond) // until the buffers are full
	signalled := time.Now()
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil || time.Since(signalled) > time.Second {
		t.Errorf("it ended after %v with %v", time.Since(signalled), err)
	}
}

func TestDoesNotStartWithInvalidOptions(t *testing.T) {
	for message, c := range map[string]struct{ token, perPage string }{
		"access_token: empty": {"", "50"},
		"invalid per_page 51": {"any", "51"},
		"invalid per_page -1": {"any", "-1"},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		command := exec.CommandContext(ctx, os.Args[0], "-per-page", c.perPage)
		command.Env = append(os.Environ(), "SERVICE_TEST_IS_SERVICE=1", "INTERCOM_ACCESS_TOKEN="+c.token)
		output, _ := command.CombinedOutput()
		code := command.ProcessState.ExitCode()
		if code != 2 || !strings.Contains(string(output), message) || strings.Count(string(output), "\n") != 1 {
			t.Errorf("exit status %d, %s", code, output)
		}
	}
}

func TestRetryAfterIsRoundedUp(t *testing.T) {
	for delay, expected := range map[time.Duration]string{0: "0", time.Millisecond: "1", 2 * time.Second: "2",
		1<<63 - 1: "9223372037"} { // the service may ask for that
		recorder := httptest.NewRecorder()
		respondError(recorder, &dc.Error{Status: dc.ErrRateLimited, RetryAfter: &delay})
		if actual := recorder.Header().Get("Retry-After"); actual != expected {
			t.Errorf("%v: %s", delay, actual)
		}
	}
}
