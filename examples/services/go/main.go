// Command service streams the data connectors of a workspace over HTTP, page by page.
//
//	GET /connectors   NDJSON; a failure after the first page is a last line {"error":{…}}
//	GET /health       {"status":"ok","calls":1}: the number of requests for connectors in progress
//
//	go run . [-base-url URL] [-listen HOST:PORT] [-per-page N]
//
// INTERCOM_ACCESS_TOKEN contains the access token; bindings/go/README.md describes how to install the library. The
// first line of output is the URL of the service. On SIGTERM and Ctrl-C it cancels the calls in progress and exits
// within a second. The exit status is 2 if an option is invalid.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
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

// Callers that don't read a page within this time are disconnected.
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
	baseURL := flag.String("base-url", "", "base URL of the API, such as a sandbox [default: region us]")
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	perPage := flag.Int("per-page", 50, "connectors per page")
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
	// Reports an invalid page size now instead of to the first caller.
	pager, err := client.NewPager(dc.WithPerPage(*perPage))
	if err != nil {
		return err
	}
	pager.Close()
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	return serve(ctx, listener, &service{client: client, perPage: *perPage})
}

// serve responds to requests until ctx is done, which is the parent of their contexts and so cancels their calls.
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
	timeout, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	if err := server.Shutdown(timeout); err != nil {
		return server.Close() // a caller does not read
	}
	return nil
}

func (s *service) health(w http.ResponseWriter, _ *http.Request) {
	respond(w, http.StatusOK, map[string]any{"status": "ok", "calls": s.calls.Load()})
}

// connectors streams all connectors. When the caller disconnects, the request's context cancels the call.
func (s *service) connectors(w http.ResponseWriter, r *http.Request) {
	s.calls.Add(1)
	defer s.calls.Add(-1)
	control, lines := http.NewResponseController(w), json.NewEncoder(w)
	started := false
	for page, err := range s.client.Pages(r.Context(), dc.WithPerPage(s.perPage)) {
		if err != nil && !started {
			respondError(w, err)
			return
		}
		if !started {
			started = true
			w.Header().Set("Content-Type", "application/x-ndjson")
		}
		_ = control.SetWriteDeadline(time.Now().Add(writeTimeout))
		if err != nil {
			_ = lines.Encode(errorBody(err))
			return
		}
		for _, connector := range page.Connectors {
			if lines.Encode(connector) != nil {
				return // the caller disconnected
			}
		}
		if control.Flush() != nil {
			return
		}
	}
}

func respondError(w http.ResponseWriter, err error) {
	var failure *dc.Error
	if errors.As(err, &failure) && failure.RetryAfter != nil {
		seconds := int64(math.Ceil(failure.RetryAfter.Seconds()))
		w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	respond(w, httpStatus(err), errorBody(err))
}

func httpStatus(err error) int {
	switch {
	case errors.Is(err, dc.ErrRateLimited):
		return http.StatusTooManyRequests
	case errors.Is(err, dc.ErrTimeout):
		return http.StatusGatewayTimeout
	case errors.Is(err, dc.ErrConnection), errors.Is(err, dc.ErrSystem), errors.Is(err, dc.ErrCancelled),
		errors.Is(err, dc.ErrClosed):
		return http.StatusServiceUnavailable
	case errors.Is(err, dc.ErrInvalidArgument): // a bug here: callers pass no arguments
		return http.StatusInternalServerError
	}
	return http.StatusBadGateway
}

func errorBody(err error) map[string]any {
	body := map[string]any{"message": err.Error()}
	var failure *dc.Error
	if errors.As(err, &failure) {
		body["message"], body["status"] = failure.Message, failure.Status.Name()
		if failure.HTTPStatus != 0 {
			body["http_status"] = failure.HTTPStatus
		}
		if failure.RequestID != "" {
			body["request_id"] = failure.RequestID
		}
	}
	return map[string]any{"error": body}
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
