package dataconnectors

/*
#cgo !windows pkg-config: data_connectors
#cgo windows LDFLAGS: -ldata_connectors
#include <data_connectors.h>

#if DC_ABI_VERSION != 1
#error "this package requires ABI version 1 of libdata_connectors"
#endif
*/
import "C"

import (
	"strings"
	"sync"
	"unsafe"
)

// LibraryVersion returns the version of the loaded libdata_connectors, such as "0.1.0".
func LibraryVersion() string {
	return C.GoString(C.dc_version())
}

// check makes a native call that doesn't block, and returns its error.
func check(call func(failure **C.dc_error) C.dc_status) error {
	var failure *C.dc_error
	if status := call(&failure); status < C.DC_OK {
		return newError(status, failure)
	}
	return nil
}

// cString returns a copy in Go memory, for the duration of a call. C would cut it off at a NUL.
func cString(name, text string) (*C.char, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, invalid("invalid %s: contains a NUL character", name)
	}
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(append([]byte(text), 0)))), nil
}

// int32Argument rejects a negative number, as -1 can be the library's default, and one that the C type can't represent;
// the library checks the range.
func int32Argument(name string, number int, allowed string) (C.int32_t, error) {
	if number < 0 || int(C.int32_t(number)) != number {
		return 0, invalid("invalid %s %d: use %s", name, number, allowed)
	}
	return C.int32_t(number), nil
}

// handle is a native handle, freed once it is closed and no call uses it. Its functions must not refer to its owner:
// when the owner is garbage-collected, the handle is closed.
type handle struct {
	cancel func() // cancels the calls in progress
	free   func()

	mu     sync.Mutex
	users  int
	closed bool
}

// acquire reports whether the handle may be used; if so, the caller must call release.
func (h *handle) acquire() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.users++
	}
	return !h.closed
}

func (h *handle) release() {
	h.mu.Lock()
	h.users--
	unused := h.closed && h.users == 0
	h.mu.Unlock()
	if unused {
		h.free()
	}
}

func (h *handle) close() {
	if h.acquire() {
		h.mu.Lock()
		h.closed = true
		h.mu.Unlock()
		h.cancel()
		h.release()
	}
}
