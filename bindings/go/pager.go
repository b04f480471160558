package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"context"
	"io"
	"runtime"
	"sync/atomic"
)

// ListOption is an argument of [Client.List], [Client.Pages], [Client.NewPager] and [Client.ListPage].
type ListOption func(*listing)

type listing struct {
	rows          int
	after         *string
	prefetch      bool
	perPage       C.int32_t
	startingAfter *C.char
}

// WithPerPage sets the maximum number of rows per page: 1 to 50; 0 for the service's default (20).
func WithPerPage(rows int) ListOption { return func(l *listing) { l.rows = rows } }

// WithStartingAfter starts after a cursor: [Page.NextCursor], or [Pager.Cursor]. An empty one is rejected, because it
// would list everything again.
func WithStartingAfter(cursor string) ListOption { return func(l *listing) { l.after = &cursor } }

// WithPrefetch requests the next page while your program processes the current one. The prefetched page can be stale
// when it is used, and stopping early can waste one request.
func WithPrefetch(prefetch bool) ListOption { return func(l *listing) { l.prefetch = prefetch } }

func newListing(options []ListOption) (list listing, err error) {
	for _, option := range options {
		option(&list)
	}
	list.perPage, err = int32Argument("per_page", list.rows, "1 to 50")
	if err == nil && list.after != nil {
		list.startingAfter, err = cString("starting_after", *list.after)
	}
	return list, err
}

// Pager iterates over pages. After a failure it requests the same page again. Concurrent calls are serialized.
type Pager struct {
	client *Client
	native *C.dc_pager
	handle *handle
	open   context.Context // done when the pager is closed
	turn   chan struct{}   // has an element while a goroutine is in Next
	cursor atomic.Pointer[string]
}

// NewPager creates a pager. Nothing is sent yet. [Pager.Close] frees it; otherwise the garbage collector does.
func (c *Client) NewPager(options ...ListOption) (*Pager, error) {
	defer runtime.KeepAlive(c)
	if !c.handle.acquire() {
		return nil, ErrClosed
	}
	defer c.handle.release()
	list, err := newListing(options)
	if err != nil {
		return nil, err
	}
	var native *C.dc_pager
	err = check(func(failure **C.dc_error) C.dc_status {
		return C.dc_pager_new(c.native, list.perPage, list.startingAfter, &native, failure)
	})
	if err != nil {
		return nil, err
	}
	if list.prefetch {
		C.dc_pager_set_prefetch(native, 1, nil) // 1 is valid
	}
	open, closed := context.WithCancelCause(context.Background())
	owned := &handle{cancel: func() { closed(ErrClosed) }, free: func() { C.dc_pager_free(native) }}
	pager := &Pager{client: c, native: native, handle: owned, open: open, turn: make(chan struct{}, 1)}
	pager.updateCursor()
	runtime.AddCleanup(pager, (*handle).close, owned)
	return pager, nil
}

// Next lists the next page, and blocks like [Client.ListPage]. After the last page it returns [io.EOF].
func (p *Pager) Next(ctx context.Context) (*Page, error) { return p.next(ctx, true) }

func (p *Pager) next(ctx context.Context, withJSON bool) (*Page, error) {
	defer runtime.KeepAlive(p) // its cleanup would cancel the call
	if !p.handle.acquire() {
		return nil, ErrClosed
	}
	defer p.handle.release()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.open, func() { cancel(ErrClosed) })()
	if err := enter(ctx, p.turn); err != nil {
		return nil, err
	}
	defer leave(p.turn)
	var page *C.dc_page
	status, err := p.client.call(ctx, func(token *C.dc_cancel_token, failure **C.dc_error) C.dc_status {
		return C.dc_pager_next(p.native, token, &page, failure)
	})
	if err != nil {
		return nil, err
	}
	p.updateCursor()
	if status == C.DC_DONE {
		return nil, io.EOF
	}
	return newPage(page, withJSON), nil
}

// Cursor returns the cursor of the page that Next requests. Store it to resume later with [WithStartingAfter]. It is
// "" before the first page and after the last.
func (p *Pager) Cursor() string { return *p.cursor.Load() }

func (p *Pager) updateCursor() {
	cursor := C.GoString(C.dc_pager_cursor(p.native))
	p.cursor.Store(&cursor)
}

// Close cancels the call in progress, without waiting for it, and rejects later ones with [ErrClosed]. Pages stay
// valid. The error is always nil.
func (p *Pager) Close() error {
	p.handle.close()
	return nil
}
