package dataconnectors

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// secret must be seen nowhere.
const secret = "canary-4f1c9be2-token"

// sandbox starts the project's sandbox, which DC_TEST_SANDBOX names, and gives its base URL.
func sandbox(t *testing.T, arguments ...string) string {
	t.Helper()
	program := os.Getenv("DC_TEST_SANDBOX")
	if program == "" {
		t.Fatal("DC_TEST_SANDBOX has to name the program data-connectors-sandbox")
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
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// answers is a server that gives the bodies one after the other, and then the last one again and again.
func answers(t *testing.T, bodies ...string) string {
	t.Helper()
	next := make(chan string, len(bodies))
	for _, body := range bodies[:len(bodies)-1] {
		next <- body
	}
	return served(t, func(w http.ResponseWriter, _ *http.Request) {
		select {
		case body := <-next:
			fmt.Fprint(w, body)
		default:
			fmt.Fprint(w, bodies[len(bodies)-1])
		}
	})
}

func served(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// silent is a server that does not answer before the test is over; the channel gets each request that came.
func silent(t *testing.T) (string, chan struct{}) {
	t.Helper()
	came, over := make(chan struct{}, 64), make(chan struct{})
	address := served(t, func(_ http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		select {
		case <-over:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(over) })
	return address, came
}

func newClient(t *testing.T, address string, options ...Option) *Client {
	t.Helper()
	client, err := New(secret, append([]Option{WithBaseURL(address)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// within fails the test when something takes longer; a generous bound on what takes milliseconds.
func within(t *testing.T, limit time.Duration, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("%s takes more than %v", what, limit)
	}
}

// eventually waits for what the garbage collector or another goroutine brings about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 500 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it never came about: %s", what)
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

// status is a number of /proc/self/status, such as VmRSS (KiB) or Threads.
func status(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			fmt.Sscan(rest, &number)
		}
	}
	return number
}

func background() context.Context { return context.Background() }
