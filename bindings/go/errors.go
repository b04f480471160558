package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrClosed is what a client or a walk gives after its Close. A call that was under way is [ErrCancelled], too.
var ErrClosed = errors.New("dataconnectors: the client or the walk is closed")

// Error is a failure with all that is known of it. What is not known is nil, "" or 0. It has no secret in it.
type Error struct {
	Status     Status         // what kind of failure; also what errors.Is compares with
	Message    string         // one line for a person: what happened and, where that is known, what would help
	HTTPStatus int            // of the answer, such as 401; 0: there was none
	APICode    string         // the service's own code, such as "parameter_invalid"; "": none
	APIField   string         // the parameter that the service found wrong; "": none
	RequestID  string         // the service's id for the request, which its support people ask for; "": none
	RetryAfter *time.Duration // how long the service asked to wait; nil: it did not
	RateLimit  RateLimit
	Attempts   int // requests made; 0: the call failed without one

	causes []error
}

// RateLimit is what the service said of its limit. What it did not say is nil, or the zero time.
type RateLimit struct {
	Limit     *int64    // requests that are allowed in the current window
	Remaining *int64    // how many of them are left
	Reset     time.Time // when the window ends
}

// Error is the message, behind the package's name.
func (e *Error) Error() string {
	return "dataconnectors: " + e.Message
}

// Is says whether target is the status of this failure.
func (e *Error) Is(target error) bool {
	status, ok := target.(Status)
	return ok && status == e.Status
}

// Unwrap gives what ended the call: the context's error and its cause, or [ErrClosed]; nothing for other failures.
func (e *Error) Unwrap() []error {
	return e.causes
}

// refused is this package's own refusal of an argument.
func refused(format string, arguments ...any) error {
	return &Error{Status: ErrInvalidArgument, Message: fmt.Sprintf(format, arguments...)}
}

// cancelled is the failure of a call that its context ended before anything was sent.
func cancelled(ctx context.Context) error {
	failure := &Error{Status: ErrCancelled}
	return failure.because(ctx)
}

// because says what ended the call: its context. C's message tells of a cancel token, which nobody here has seen.
func (e *Error) because(ctx context.Context) *Error {
	cause := context.Cause(ctx)
	if cause == ErrClosed { // our own cause, for a walk: the caller's context was not cancelled
		return e.closed("walk")
	}
	e.Message = fmt.Sprintf("the call was ended by its context: %v", cause)
	e.causes = []error{ctx.Err(), cause}
	return e
}

// closed says that Close ended the call.
func (e *Error) closed(what string) *Error {
	e.Message = fmt.Sprintf("the %s was closed", what)
	e.causes = []error{ErrClosed}
	return e
}

// taken makes an Error of a native one, and frees that.
func taken(status C.dc_status, native *C.dc_error) *Error {
	defer C.dc_error_free(native)
	var limit, remaining, reset C.int64_t
	C.dc_error_rate_limit(native, &limit, &remaining, &reset)
	failure := &Error{
		Status:     Status(status),
		Message:    C.GoString(C.dc_error_message(native)),
		HTTPStatus: int(C.dc_error_http_status(native)),
		APICode:    C.GoString(C.dc_error_api_code(native)),
		APIField:   C.GoString(C.dc_error_api_field(native)),
		RequestID:  C.GoString(C.dc_error_request_id(native)),
		RateLimit:  rateLimit(limit, remaining, reset),
		Attempts:   int(C.dc_error_attempts(native)),
	}
	if wait := C.dc_error_retry_after_ms(native); wait >= 0 {
		after := milliseconds(int64(wait))
		failure.RetryAfter = &after
	}
	return failure
}

func rateLimit(limit, remaining, reset C.int64_t) RateLimit {
	given := RateLimit{Limit: known(limit), Remaining: known(remaining)}
	if reset >= 0 {
		given.Reset = time.Unix(int64(reset), 0).UTC()
	}
	return given
}

// milliseconds is so many of them, or the longest Duration where that has no room for them.
func milliseconds(count int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(count, most)) * time.Millisecond
}
