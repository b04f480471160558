package dataconnectors

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAContextEndsACall(t *testing.T) {
	address, came := silent(t)
	client := newClient(t, address)
	why := errors.New("the user left")
	ends := map[string]struct {
		begin func() (context.Context, func())
		is    []error
	}{
		"cancelled": {func() (context.Context, func()) {
			return context.WithCancel(background())
		}, []error{context.Canceled}},
		"cancelled for a reason": {func() (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(background())
			return ctx, func() { cancel(why) }
		}, []error{context.Canceled, why}},
		"out of time": {func() (context.Context, func()) {
			ctx, cancel := context.WithTimeout(background(), 200*time.Millisecond)
			t.Cleanup(cancel)
			return ctx, func() {}
		}, []error{context.DeadlineExceeded}},
	}
	for name, end := range ends {
		ctx, cancel := end.begin()
		failed := make(chan error, 1)
		go func() {
			_, err := client.ListPage(ctx)
			failed <- err
		}()
		<-came
		ended := time.Now()
		cancel()
		err := <-failed
		for _, is := range append(end.is, ErrCancelled) {
			if !errors.Is(err, is) {
				t.Errorf("%s: %v is not %v", name, err, is)
			}
		}
		cause := end.is[len(end.is)-1].Error()
		if said := err.Error(); said != "dataconnectors: the call was ended by its context: "+cause {
			t.Errorf("%s: it says %s", name, said)
		}
		if took := time.Since(ended); took > 2*time.Second {
			t.Errorf("%s: it takes %v", name, took)
		}
	}
}

func TestACallThatIsCancelledBeforeSendsNothing(t *testing.T) {
	address, came := silent(t)
	client := newClient(t, address)
	ctx, cancel := context.WithCancel(background())
	cancel()
	for _, err := range client.List(ctx) {
		if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrCancelled) ||
			!strings.HasSuffix(err.Error(), "ended by its context: context canceled") {
			t.Errorf("it gives %v", err)
		}
	}
	if len(came) != 0 {
		t.Error("something was sent")
	}
}

func TestALoopEndsWhenItsContextDoes(t *testing.T) {
	client := newClient(t, sandbox(t))
	ctx, cancel := context.WithCancel(background())
	defer cancel()
	given, failures := 0, 0
	for _, err := range client.List(ctx, WithPerPage(10)) {
		if err != nil {
			failures++
			continue
		}
		if given++; given == 3 {
			cancel()
		}
	}
	if given != 10 || failures != 1 {
		t.Errorf("it gives %d connectors and %d failures", given, failures)
	}
}

func TestClosingEndsCalls(t *testing.T) {
	address, came := silent(t)
	for name, part := range map[string]func(*Client, *Pager) error{
		"the client": func(c *Client, _ *Pager) error { return c.Close() },
		"the walk":   func(_ *Client, p *Pager) error { return p.Close() },
	} {
		client := newClient(t, address)
		walk, err := client.Pages()
		if err != nil {
			t.Fatal(err)
		}
		failed := make(chan error, 1)
		go func() {
			_, err := walk.Next(background())
			failed <- err
		}()
		<-came
		part(client, walk)
		err = <-failed
		if !errors.Is(err, ErrCancelled) || !errors.Is(err, ErrClosed) || errors.Is(err, context.Canceled) ||
			err.Error() != "dataconnectors: "+name+" was closed" {
			t.Errorf("closing %s gives %v", name, err)
		}
		walk.Close()
	}
}

func TestWaitingForATurnEndsWithTheContext(t *testing.T) {
	address, came := silent(t)
	client := newClient(t, address, WithMaxConcurrentCalls(1))
	walk, err := client.Pages()
	if err != nil {
		t.Fatal(err)
	}
	busy := make(chan struct{})
	go func() {
		defer close(busy)
		walk.Next(background())
	}()
	<-came
	ctx, cancel := context.WithTimeout(background(), 50*time.Millisecond)
	defer cancel()
	_, slot := client.ListPage(ctx)
	_, turn := walk.Next(ctx)
	if !errors.Is(slot, context.DeadlineExceeded) || !errors.Is(turn, context.DeadlineExceeded) || len(came) != 0 {
		t.Errorf("they give %v, %v", slot, turn)
	}
	walk.Close()
	within(t, 5*time.Second, "closing the walk", busy)
}
