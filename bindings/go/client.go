package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"context"
	"iter"
	"runtime"
)

// Client is a client of one workspace, with its pool of connections: make one and keep it, a warm connection saves a
// call most of its time. Any number of goroutines may use it at once. It must not be copied.
type Client struct {
	native *C.dc_client
	life   *lifetime
	slots  chan struct{} // one for each native call under way
}

// New makes a client with the workspace's access token, 1 to 4096 visible ASCII characters without the word Bearer.
// Nothing is sent yet. The token is kept by the native library alone. [Client.Close] frees the client, or else the
// garbage collector does.
//
// The failure is an [*Error]: [ErrInvalidArgument], with a message that says what would be right, or [ErrSystem].
func New(token string, options ...Option) (*Client, error) {
	if err := libraryProblem(); err != nil {
		return nil, err
	}
	if err := eitherOf(options); err != nil {
		return nil, err
	}
	b := &building{config: C.dc_config_new(), calls: defaultCalls}
	defer C.dc_config_free(b.config)
	err := text(C.DC_OPTION_ACCESS_TOKEN, token).apply(b)
	if err != nil {
		return nil, err
	}
	for _, option := range options {
		if option.apply == nil {
			continue
		}
		if err := option.apply(b); err != nil {
			return nil, err
		}
	}
	var native *C.dc_client
	err = tried(func(failure **C.dc_error) C.dc_status { return C.dc_client_new(b.config, &native, failure) })
	if err != nil {
		return nil, err
	}
	client := &Client{
		native: native,
		life: &lifetime{
			end:  func() { C.dc_client_shutdown(native) },
			free: func() { C.dc_client_free(native) },
		},
		slots: make(chan struct{}, b.calls),
	}
	runtime.AddCleanup(client, (*lifetime).close, client.life)
	return client, nil
}

// Close ends the calls under way with the client and with its walks, which are then [ErrCancelled] and [ErrClosed],
// and refuses later ones with ErrClosed. It does not wait: the native client is freed when the last call has returned,
// milliseconds later. Closing twice is fine. The error is always nil.
func (c *Client) Close() error {
	c.life.close()
	return nil
}

// ListPage lists one page, newest update first, and blocks until it is there, the call has failed, or ctx is done.
func (c *Client) ListPage(ctx context.Context, options ...ListOption) (*Page, error) {
	var given *Page
	err := arguments(options).use(func(list *listing, after *C.char) error {
		if list.prefetch {
			return refused("prefetch is for a walk, and ListPage lists one page: use Pages or List, or leave it out")
		}
		var page *C.dc_page
		_, err := c.call(ctx, func(token *C.dc_cancel_token, failure **C.dc_error) C.dc_status {
			return C.dc_list_page(c.native, C.int32_t(list.perPage), after, token, &page, failure)
		})
		if err == nil {
			given = pageTaken(page)
		}
		return err
	})
	return given, err
}

// List walks over all connectors, page by page as they are asked for; each range over it is a walk of its own. A
// failure is given once, and ends the loop: with a [Pager] a walk can go on after that. When connectors change during
// a walk, one can come twice, and one that moved to the front can be missed.
func (c *Client) List(ctx context.Context, options ...ListOption) iter.Seq2[Connector, error] {
	return func(yield func(Connector, error) bool) {
		pager, err := c.Pages(options...)
		if err != nil {
			yield(Connector{}, err)
			return
		}
		defer pager.Close()
		pager.Connectors(ctx)(yield)
	}
}
