package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"context"
	"io"
	"iter"
	"runtime"
)

// Client is a client of one workspace. It keeps connections open: create one and keep it. Any number of goroutines may
// use it.
type Client struct {
	native *C.dc_client
	handle *handle
	slots  chan struct{} // has an element for each native call in progress
}

// New creates a client. Nothing is sent yet. Only the native library keeps the access token.
// [Client.Close] frees the client; otherwise the garbage collector does.
func New(accessToken string, options ...Option) (*Client, error) {
	config := &config{values: map[string]string{C.DC_OPTION_ACCESS_TOKEN: accessToken}, maxCalls: 64}
	for _, option := range options {
		option(config)
	}
	native, err := config.newClient()
	if err != nil {
		return nil, err
	}
	owned := &handle{
		cancel: func() { C.dc_client_shutdown(native) },
		free:   func() { C.dc_client_free(native) },
	}
	client := &Client{native: native, handle: owned, slots: make(chan struct{}, config.maxCalls)}
	runtime.AddCleanup(client, (*handle).close, owned)
	return client, nil
}

// Close cancels the calls in progress with the client and its pagers, as net/http's Server.Close does, without waiting
// for them, and rejects later ones with [ErrClosed]. The error is always nil.
func (c *Client) Close() error {
	c.handle.close()
	return nil
}

// ListPage lists one page, most recently updated first. It blocks until the page is received, the call fails, or ctx is
// done.
func (c *Client) ListPage(ctx context.Context, options ...ListOption) (*Page, error) {
	list, err := newListing(options)
	if err != nil {
		return nil, err
	}
	if list.prefetch {
		return nil, invalid("invalid prefetch: ListPage lists one page; use it with List, Pages or NewPager")
	}
	var page *C.dc_page
	_, err = c.call(ctx, func(token *C.dc_cancel_token, failure **C.dc_error) C.dc_status {
		return C.dc_list_page(c.native, list.perPage, list.startingAfter, token, &page, failure)
	})
	if err != nil {
		return nil, err
	}
	return newPage(page, true), nil
}

// List iterates over all connectors, and stops after an error; to continue, use [Client.NewPager]. If connectors are
// updated meanwhile, one can be listed twice, and one that moved to the front can be missed. A complete
// [Client.Snapshot] misses none.
func (c *Client) List(ctx context.Context, options ...ListOption) iter.Seq2[Connector, error] {
	return func(yield func(Connector, error) bool) {
		for page, err := range c.pages(ctx, false, options) {
			if err != nil {
				yield(Connector{}, err)
				return
			}
			for _, connector := range page.Connectors {
				if !yield(connector, nil) {
					return
				}
			}
		}
	}
}

// Pages iterates over all pages, like [Client.List].
func (c *Client) Pages(ctx context.Context, options ...ListOption) iter.Seq2[*Page, error] {
	return c.pages(ctx, true, options)
}

func (c *Client) pages(ctx context.Context, withJSON bool, options []ListOption) iter.Seq2[*Page, error] {
	return func(yield func(*Page, error) bool) {
		pager, err := c.NewPager(options...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer pager.Close()
		for {
			page, err := pager.next(ctx, withJSON)
			if err == io.EOF || !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// call waits for a free slot, makes a blocking native call, and cancels it when ctx is done. It returns DC_OK,
// DC_DONE or an error.
func (c *Client) call(
	ctx context.Context, native func(token *C.dc_cancel_token, failure **C.dc_error) C.dc_status,
) (C.dc_status, error) {
	defer runtime.KeepAlive(c) // its cleanup would cancel the call
	if !c.handle.acquire() {
		return 0, ErrClosed
	}
	defer c.handle.release()
	if err := enter(ctx, c.slots); err != nil {
		return 0, err
	}
	defer leave(c.slots)
	var token *C.dc_cancel_token
	err := check(func(failure **C.dc_error) C.dc_status { return C.dc_cancel_token_new(&token, failure) })
	if err != nil {
		return 0, err
	}
	defer C.dc_cancel_token_free(token)
	cancelled := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		C.dc_cancel_token_cancel(token)
		close(cancelled)
	})
	defer func() {
		if !stop() {
			<-cancelled // the function still uses the token
		}
	}()
	var failure *C.dc_error
	status := native(token, &failure)
	if status >= C.DC_OK {
		return status, nil
	}
	failed := newError(status, failure)
	if failed.Status == ErrCancelled {
		failed.cancelledBy(ctx)
	}
	return status, failed
}

// enter acquires a semaphore, which is a buffered channel.
func enter(ctx context.Context, semaphore chan struct{}) error {
	if ctx.Err() == nil {
		select {
		case semaphore <- struct{}{}:
			return nil
		case <-ctx.Done():
		}
	}
	return (&Error{Status: ErrCancelled}).cancelledBy(ctx)
}

func leave(semaphore chan struct{}) { <-semaphore }
