package dataconnectors

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// secret must never be printed.
const secret = "canary-4f1c9be2-token"

// startSandbox starts the program that DC_TEST_SANDBOX names, and returns its base URL.
func startSandbox(t *testing.T, arguments ...string) string {
	t.Helper()
	program := os.Getenv("DC_TEST_SANDBOX")
	if program == "" {
		t.Fatal("set DC_TEST_SANDBOX to the path of the program data-connectors-sandbox")
	}
	command := exec.Command(program, arguments...)
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
	baseURL, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(baseURL)
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// serveBodies sends the bodies in order, and repeats the last one.
func serveBodies(t *testing.T, bodies ...string) string {
	t.Helper()
	next := make(chan string, len(bodies))
	for _, body := range bodies[:len(bodies)-1] {
		next <- body
	}
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		select {
		case body := <-next:
			fmt.Fprint(w, body)
		default:
			fmt.Fprint(w, bodies[len(bodies)-1])
		}
	})
}

func serveRetryable(t *testing.T) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
}

// serveHanging receives requests without responding until the test ends. The channel receives an element per request.
func serveHanging(t *testing.T) (string, chan struct{}) {
	t.Helper()
	received, end := make(chan struct{}, 64), make(chan struct{})
	baseURL := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		received <- struct{}{}
		select {
		case <-end:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(end) })
	return baseURL, received
}

func newClient(t *testing.T, baseURL string, options ...Option) *Client {
	t.Helper()
	client, err := New(secret, append([]Option{WithBaseURL(baseURL)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func newPager(t *testing.T, client *Client, options ...ListOption) *Pager {
	t.Helper()
	pager, err := client.NewPager(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pager.Close() })
	return pager
}

// waitFor waits for an effect of the garbage collector or of another goroutine.
func waitFor(t *testing.T, what string, occurred func() bool) {
	t.Helper()
	for range 500 {
		if occurred() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("timed out waiting for %s", what)
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

// processStatus returns a number from /proc/self/status, such as VmRSS (KiB) or Threads.
func processStatus(t *testing.T, name string) (number int) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			fmt.Sscan(value, &number)
		}
	}
	return number
}
