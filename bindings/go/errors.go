package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// ErrClosed is returned after the client, the pager or the snapshot was closed. A call that Close cancelled is also
// [ErrCancelled].
var ErrClosed = errors.New("dataconnectors: the client, the pager or the snapshot is closed")

// Status is the status of an [Error]. It is an error itself, for errors.Is(err, dataconnectors.ErrUnauthorized). Later
// versions may add statuses.
type Status int32

// The statuses. The library's docs/errors.md describes the causes and what to do.
const (
	ErrInvalidArgument Status = C.DC_ERR_INVALID_ARGUMENT // an option or an argument is invalid; nothing was sent
	ErrConnection      Status = C.DC_ERR_CONNECTION       // the connection could not be opened, or broke
	ErrTimeout         Status = C.DC_ERR_TIMEOUT          // the timeout of the call or of the connection expired
	ErrTLS             Status = C.DC_ERR_TLS              // the certificate is not trusted, or TLS failed
	ErrUnauthorized    Status = C.DC_ERR_UNAUTHORIZED     // HTTP 401
	ErrForbidden       Status = C.DC_ERR_FORBIDDEN        // HTTP 403
	ErrRateLimited     Status = C.DC_ERR_RATE_LIMITED     // HTTP 429; see Error.RetryAfter
	ErrBadRequest      Status = C.DC_ERR_BAD_REQUEST      // any other HTTP 4xx
	ErrServer          Status = C.DC_ERR_SERVER           // HTTP 5xx
	ErrProtocol        Status = C.DC_ERR_PROTOCOL         // the response violates the API contract
	ErrTooLarge        Status = C.DC_ERR_TOO_LARGE        // the response is larger than the limit
	ErrPanic           Status = C.DC_ERR_PANIC            // a bug in the library
	ErrCancelled       Status = C.DC_ERR_CANCELLED        // cancelled by the context or by Close
	ErrSystem          Status = C.DC_ERR_SYSTEM           // out of threads or file descriptors, or of memory for a response
	ErrProxy           Status = C.DC_ERR_PROXY            // the proxy refused the CONNECT tunnel
)

// Name returns the name in the C header, such as "DC_ERR_TIMEOUT"; "DC_UNKNOWN" if the library doesn't know it.
func (s Status) Name() string {
	return C.GoString(C.dc_status_name(C.dc_status(s)))
}

// Error describes the status in a few words.
func (s Status) Error() string {
	return "dataconnectors: " + C.GoString(C.dc_status_message(C.dc_status(s)))
}

// Error is a failed call. Fields that are not known are nil, "" or 0. It contains no secrets.
type Error struct {
	Status     Status         // also what errors.Is compares with
	Message    string         // one line: what failed, why, and what to do
	HTTPStatus int            // of the response, such as 401
	APICode    string         // the service's error code, such as "parameter_invalid"
	APIField   string         // the request parameter that the service rejected
	RequestID  string         // the service's request id, for support requests
	RetryAfter *time.Duration // the delay that the service specified
	RateLimit  RateLimit
	Attempts   int // number of requests; 0 if the call failed before the first

	causes []error
}

// RateLimit is the rate limit that a response reported. Fields that it did not report are nil or the zero time.
type RateLimit struct {
	Limit     *int64    // requests allowed in the current window
	Remaining *int64    // requests that remain in it
	Reset     time.Time // end of the window
}

// Error returns the message and the request id.
func (e *Error) Error() string {
	if e.RequestID == "" {
		return "dataconnectors: " + e.Message
	}
	return fmt.Sprintf("dataconnectors: %s (request id %s)", e.Message, e.RequestID)
}

// Is returns whether target is the status of this error.
func (e *Error) Is(target error) bool {
	return target == e.Status
}

// Unwrap returns what cancelled the call: the context's error and its cause, or [ErrClosed].
func (e *Error) Unwrap() []error {
	return e.causes
}

func invalid(format string, arguments ...any) error {
	return &Error{Status: ErrInvalidArgument, Message: fmt.Sprintf(format, arguments...)}
}

// cancelledBy adds what cancelled the call: the context, or Close if the context has no error.
func (e *Error) cancelledBy(ctx context.Context) *Error {
	if cause := context.Cause(ctx); cause != nil && cause != ErrClosed {
		e.Message, e.causes = "request cancelled by its context: "+cause.Error(), []error{ctx.Err(), cause}
	} else {
		e.Message, e.causes = "request cancelled: the client or the pager was closed", []error{ErrClosed}
	}
	return e
}

// newError converts a native error, and frees it.
func newError(status C.dc_status, native *C.dc_error) *Error {
	defer C.dc_error_free(native)
	var limit, remaining, reset C.int64_t
	C.dc_error_rate_limit(native, &limit, &remaining, &reset)
	converted := &Error{
		Status:     Status(status),
		Message:    C.GoString(C.dc_error_message(native)),
		HTTPStatus: int(C.dc_error_http_status(native)),
		APICode:    C.GoString(C.dc_error_api_code(native)),
		APIField:   C.GoString(C.dc_error_api_field(native)),
		RequestID:  C.GoString(C.dc_error_request_id(native)),
		RateLimit:  newRateLimit(limit, remaining, reset),
		Attempts:   int(C.dc_error_attempts(native)),
	}
	if ms := known(C.dc_error_retry_after_ms(native)); ms != nil {
		delay := time.Duration(min(*ms, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
		converted.RetryAfter = &delay
	}
	return converted
}

func newRateLimit(limit, remaining, reset C.int64_t) RateLimit {
	converted := RateLimit{Limit: known(limit), Remaining: known(remaining)}
	if reset >= 0 {
		converted.Reset = time.Unix(int64(reset), 0).UTC()
	}
	return converted
}

// known returns nil for a negative number, which means that the value is not known.
func known(number C.int64_t) *int64 {
	if number < 0 {
		return nil
	}
	return (*int64)(&number)
}
