package dataconnectors

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestContextCancelsCall(t *testing.T) {
	address, received := serveHanging(t)
	client := newClient(t, address)
	cause := errors.New("the user disconnected")
	for name, c := range map[string]struct {
		create func() (context.Context, func())
		is     []error
	}{
		"cancelled": {func() (context.Context, func()) {
			return context.WithCancel(t.Context())
		}, []error{context.Canceled}},
		"cancelled with a cause": {func() (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(t.Context())
			return ctx, func() { cancel(cause) }
		}, []error{context.Canceled, cause}},
		"deadline": {func() (context.Context, func()) {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			t.Cleanup(cancel)
			return ctx, func() {}
		}, []error{context.DeadlineExceeded}},
	} {
		ctx, cancel := c.create()
		failed := make(chan error, 1)
		go func() {
			_, err := client.ListPage(ctx)
			failed <- err
		}()
		<-received
		started := time.Now()
		cancel()
		err := <-failed
		for _, is := range append(c.is, ErrCancelled) {
			if !errors.Is(err, is) {
				t.Errorf("%s: %v is not %v", name, err, is)
			}
		}
		last := c.is[len(c.is)-1].Error()
		if text := err.Error(); text != "dataconnectors: request cancelled by its context: "+last {
			t.Errorf("%s: the error is %s", name, text)
		}
		if took := time.Since(started); took > 2*time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}

func TestCallWithCancelledContextSendsNothing(t *testing.T) {
	address, received := serveHanging(t)
	client := newClient(t, address)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range client.List(ctx) {
		if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrCancelled) ||
			!strings.HasSuffix(err.Error(), "cancelled by its context: context canceled") {
			t.Errorf("the error is %v", err)
		}
	}
	if len(received) != 0 {
		t.Error("a request was sent")
	}
}

func TestLoopStopsAfterItsContextIsCancelled(t *testing.T) {
	client := newClient(t, startSandbox(t))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	connectors, failures := 0, 0
	for _, err := range client.List(ctx, WithPerPage(10)) {
		if err != nil {
			failures++
			continue
		}
		if connectors++; connectors == 3 {
			cancel()
		}
	}
	if connectors != 10 || failures != 1 {
		t.Errorf("%d connectors and %d errors", connectors, failures)
	}
}

func TestCloseCancelsCalls(t *testing.T) {
	address, received := serveHanging(t)
	for name, closeHandle := range map[string]func(*Client, *Pager) error{
		"client": func(c *Client, _ *Pager) error { return c.Close() },
		"pager":  func(_ *Client, p *Pager) error { return p.Close() },
	} {
		client := newClient(t, address)
		pager := newPager(t, client)
		failed := make(chan error, 1)
		go func() {
			_, err := pager.Next(t.Context())
			failed <- err
		}()
		<-received
		closeHandle(client, pager)
		err := <-failed
		if !errors.Is(err, ErrCancelled) || !errors.Is(err, ErrClosed) || errors.Is(err, context.Canceled) ||
			err.Error() != "dataconnectors: request cancelled: the client or the pager was closed" {
			t.Errorf("closing the %s: %v", name, err)
		}
	}
}

func TestContextCancelsWaitingForOtherCalls(t *testing.T) {
	address, received := serveHanging(t)
	client := newClient(t, address, WithMaxConcurrentCalls(1))
	pager := newPager(t, client)
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		pager.Next(t.Context())
	}()
	<-received
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, page := client.ListPage(ctx)
	_, next := pager.Next(ctx)
	if !errors.Is(page, context.DeadlineExceeded) || !errors.Is(next, context.DeadlineExceeded) || len(received) != 0 {
		t.Errorf("the errors are %v, %v", page, next)
	}
	pager.Close()
	select {
	case <-returned:
	case <-time.After(5 * time.Second):
		t.Fatal("closing the pager did not cancel its call")
	}
}
