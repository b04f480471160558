package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"context"
	"io"
	"iter"
	"runtime"
	"sync"
)

// Pager is a walk over pages. After a failure it stands where it was: the next step asks again. Goroutines that share
// one take turns. It is made by [Client.Pages], and must not be copied.
type Pager struct {
	client *Client
	native *C.dc_pager
	life   *lifetime
	open   context.Context // done when the walk is closed
	turn   chan struct{}   // full while a step is taken

	mu     sync.Mutex
	cursor string
	rows   []Connector // that Connectors has yet to give
}

// Pages begins a walk over pages. Nothing is sent yet. [Pager.Close] frees it, or else the garbage collector does.
func (c *Client) Pages(options ...ListOption) (*Pager, error) {
	defer runtime.KeepAlive(c)
	if !c.life.enter() {
		return nil, ErrClosed
	}
	defer c.life.leave()
	var native *C.dc_pager
	err := arguments(options).use(func(list *listing, after *C.char) error {
		err := tried(func(failure **C.dc_error) C.dc_status {
			return C.dc_pager_new(c.native, C.int32_t(list.perPage), after, &native, failure)
		})
		if err != nil || !list.prefetch {
			return err
		}
		return tried(func(failure **C.dc_error) C.dc_status { return C.dc_pager_set_prefetch(native, 1, failure) })
	})
	if err != nil {
		C.dc_pager_free(native)
		return nil, err
	}
	open, end := context.WithCancelCause(context.Background())
	pager := &Pager{
		client: c,
		native: native,
		life:   &lifetime{end: func() { end(ErrClosed) }, free: func() { C.dc_pager_free(native) }},
		open:   open,
		turn:   make(chan struct{}, 1),
		cursor: C.GoString(C.dc_pager_cursor(native)),
	}
	runtime.AddCleanup(pager, (*lifetime).close, pager.life)
	return pager, nil
}

// Next lists the next page, and blocks as [Client.ListPage] does. At the end of the list it gives [io.EOF].
func (p *Pager) Next(ctx context.Context) (*Page, error) {
	defer runtime.KeepAlive(p) // else its clean-up could end the call
	if !p.life.enter() {
		return nil, ErrClosed
	}
	defer p.life.leave()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.open, func() { cancel(ErrClosed) })()
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, cancelled(ctx)
	}
	var page *C.dc_page
	status, err := p.client.call(ctx, func(token *C.dc_cancel_token, failure **C.dc_error) C.dc_status {
		return C.dc_pager_next(p.native, token, &page, failure)
	})
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.cursor = C.GoString(C.dc_pager_cursor(p.native))
	p.mu.Unlock()
	if status == C.DC_DONE {
		return nil, io.EOF
	}
	return pageTaken(page), nil
}

// Connectors walks over the connectors that this walk has yet to give. A failure is given once, and ends the loop;
// another range over the same Pager goes on where the last one stood. A page's connectors come from here or, if Next
// listed the page, from there.
func (p *Pager) Connectors(ctx context.Context) iter.Seq2[Connector, error] {
	return func(yield func(Connector, error) bool) {
		for {
			if row, ok := p.row(); ok {
				if !yield(row, nil) {
					return
				}
				continue
			}
			page, err := p.Next(ctx)
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Connector{}, err)
				return
			}
			p.mu.Lock()
			p.rows = append(p.rows, page.Connectors...)
			p.mu.Unlock()
		}
	}
}

func (p *Pager) row() (Connector, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.rows) == 0 {
		return Connector{}, false
	}
	row := p.rows[0]
	p.rows = p.rows[1:]
	return row, true
}

// Cursor is where the walk stands, behind the last page that was listed: what to keep for going on another time, by
// [WithStartingAfter]. It is "" at the start of the list, and at its end.
func (p *Pager) Cursor() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cursor
}

// Close frees the walk, and ends what it is waiting for. Later steps are [ErrClosed]; pages stay. Closing twice is
// fine. The error is always nil.
func (p *Pager) Close() error {
	p.life.close()
	return nil
}
