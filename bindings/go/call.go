package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"context"
	"runtime"
)

// call makes a native call that blocks, when its turn has come, and ends it when ctx is done. It gives DC_OK or
// DC_DONE, or an error.
func (c *Client) call(
	ctx context.Context, native func(token *C.dc_cancel_token, failure **C.dc_error) C.dc_status,
) (C.dc_status, error) {
	defer runtime.KeepAlive(c) // else its clean-up could end the call
	if !c.life.enter() {
		return 0, ErrClosed
	}
	defer c.life.leave()
	if ctx.Err() != nil {
		return 0, cancelled(ctx)
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return 0, cancelled(ctx)
	}
	token, release, err := tokenOf(ctx)
	if err != nil {
		return 0, err
	}
	defer release()
	var failure *C.dc_error
	status := native(token, &failure)
	if status >= C.DC_OK {
		return status, nil
	}
	e := taken(status, failure)
	if e.Status == ErrCancelled {
		if ctx.Err() != nil {
			e.because(ctx)
		} else if c.life.isClosed() {
			e.closed("client")
		}
	}
	return status, e
}

// tokenOf makes a token that is cancelled when ctx is done; NULL where it never is. It has to be released.
func tokenOf(ctx context.Context) (*C.dc_cancel_token, func(), error) {
	if ctx.Done() == nil {
		return nil, func() {}, nil
	}
	var token *C.dc_cancel_token
	err := tried(func(failure **C.dc_error) C.dc_status { return C.dc_cancel_token_new(&token, failure) })
	if err != nil {
		return nil, nil, err
	}
	cancelled := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		C.dc_cancel_token_cancel(token)
		close(cancelled)
	})
	return token, func() {
		if !stop() {
			<-cancelled // it is being used
		}
		C.dc_cancel_token_free(token)
	}, nil
}
