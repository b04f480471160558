// Command service gives a workspace's data connectors over HTTP, as they come: one line of JSON each, page by page.
//
//	GET /connectors   NDJSON; a failure after the first page is a last line {"error":{…}}
//	GET /health       {"status":"ok","calls":1}, with the requests for connectors that are under way
//
//	go run . [-base-url URL] [-listen HOST:PORT] [-per-page N]
//
// The token is in the environment variable INTERCOM_ACCESS_TOKEN; where the library is, in PKG_CONFIG_PATH and
// LD_LIBRARY_PATH, as bindings/go/README.md has it. The first line of output is the address. SIGTERM and Ctrl-C end it
// within a second, and the calls under way with it. It ends with 2 if a setting is refused.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	dc "dataconnectors"
)

// Those that read more slowly than a page in this time are left.
const writeTimeout = 30 * time.Second

type service struct {
	client  *dc.Client
	perPage int
	calls   atomic.Int32
}

func main() {
	err := run()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	if errors.Is(err, dc.ErrInvalidArgument) {
		os.Exit(2)
	}
	os.Exit(1)
}

func run() error {
	baseURL := flag.String("base-url", "", "where Intercom is, such as a sandbox; by default the region us")
	listen := flag.String("listen", "127.0.0.1:0", "the address to listen at")
	perPage := flag.Int("per-page", 50, "connectors a page")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()

	options := []dc.Option{dc.WithUserAgentSuffix("service-go/1.0"), dc.WithLogger(slog.Default())}
	if *baseURL != "" {
		options = append(options, dc.WithBaseURL(*baseURL))
	}
	client, err := dc.New(os.Getenv("INTERCOM_ACCESS_TOKEN"), options...)
	if err != nil {
		return err
	}
	defer client.Close()
	// What is wrong with the page size is said now, not to the first caller.
	walk, err := client.Pages(dc.WithPerPage(*perPage))
	if err != nil {
		return err
	}
	walk.Close()
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	return serve(ctx, listener, &service{client: client, perPage: *perPage})
}

// serve answers until ctx is done. It is the parent of each request's context, so that its end is theirs.
func serve(ctx context.Context, listener net.Listener, s *service) error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /connectors", s.connectors)
	routes.HandleFunc("GET /health", s.health)
	server := &http.Server{
		Handler:           routes,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return server.Close() // somebody does not read
	}
	return nil
}

func (s *service) health(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"status": "ok", "calls": s.calls.Load()})
}

// connectors streams them. The caller's leaving ends r.Context(), and that the call to Intercom.
func (s *service) connectors(w http.ResponseWriter, r *http.Request) {
	s.calls.Add(1)
	defer s.calls.Add(-1)
	walk, err := s.client.Pages(dc.WithPerPage(s.perPage))
	if err != nil {
		refuse(w, err)
		return
	}
	defer walk.Close()
	page, err := walk.Next(r.Context())
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	control, lines := http.NewResponseController(w), json.NewEncoder(w)
	for ; err == nil; page, err = walk.Next(r.Context()) {
		_ = control.SetWriteDeadline(time.Now().Add(writeTimeout))
		for _, connector := range page.Connectors {
			if lines.Encode(connector) != nil {
				return // the caller has left
			}
		}
		if control.Flush() != nil {
			return
		}
	}
	if err != io.EOF {
		_ = control.SetWriteDeadline(time.Now().Add(writeTimeout))
		_ = lines.Encode(problem(err))
	}
}

// refuse answers for a failure before the first page.
func refuse(w http.ResponseWriter, err error) {
	var failure *dc.Error
	if errors.As(err, &failure) && failure.RetryAfter != nil {
		seconds := int64(math.Ceil(failure.RetryAfter.Seconds()))
		w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	answer(w, code(err), problem(err))
}

// code is the status for a failure: whose it is, and whether another try may help.
func code(err error) int {
	switch {
	case errors.Is(err, dc.ErrRateLimited):
		return http.StatusTooManyRequests
	case errors.Is(err, dc.ErrTimeout):
		return http.StatusGatewayTimeout
	case errors.Is(err, dc.ErrConnection), errors.Is(err, dc.ErrSystem), errors.Is(err, dc.ErrCancelled),
		errors.Is(err, dc.ErrClosed):
		return http.StatusServiceUnavailable
	case errors.Is(err, dc.ErrInvalidArgument): // ours: the caller passes none
		return http.StatusInternalServerError
	}
	return http.StatusBadGateway
}

// problem is a failure as JSON.
func problem(err error) map[string]any {
	told := map[string]any{"message": err.Error()}
	var failure *dc.Error
	if errors.As(err, &failure) {
		told["message"], told["status"] = failure.Message, failure.Status.Name()
		if failure.HTTPStatus != 0 {
			told["http_status"] = failure.HTTPStatus
		}
		if failure.RequestID != "" {
			told["request_id"] = failure.RequestID
		}
	}
	return map[string]any{"error": told}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
