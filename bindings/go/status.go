package dataconnectors

// #include <data_connectors.h>
import "C"

// Status is what kind of failure an [Error] is. It is an error itself, for errors.Is:
//
//	if errors.Is(err, dataconnectors.ErrUnauthorized) { … }
//
// Later versions may have more of them.
type Status int32

// What can go wrong. docs/errors.md of the library says of each when it happens and what helps.
const (
	ErrInvalidArgument Status = C.DC_ERR_INVALID_ARGUMENT // a setting or an argument was refused; nothing was sent
	ErrConnection      Status = C.DC_ERR_CONNECTION       // no connection, or one that broke
	ErrTimeout         Status = C.DC_ERR_TIMEOUT          // the time for the call, or for connecting, ran out
	ErrTLS             Status = C.DC_ERR_TLS              // the server could not be trusted, or TLS failed otherwise
	ErrUnauthorized    Status = C.DC_ERR_UNAUTHORIZED     // HTTP 401
	ErrForbidden       Status = C.DC_ERR_FORBIDDEN        // HTTP 403
	ErrRateLimited     Status = C.DC_ERR_RATE_LIMITED     // HTTP 429; Error.RetryAfter says how long to wait
	ErrBadRequest      Status = C.DC_ERR_BAD_REQUEST      // any other HTTP 4xx
	ErrServer          Status = C.DC_ERR_SERVER           // HTTP 5xx
	ErrProtocol        Status = C.DC_ERR_PROTOCOL         // an answer that the contract doesn't allow
	ErrTooLarge        Status = C.DC_ERR_TOO_LARGE        // an answer larger than allowed
	ErrPanic           Status = C.DC_ERR_PANIC            // a bug of the library's, caught
	ErrCancelled       Status = C.DC_ERR_CANCELLED        // ended by the context, or by Close
	ErrSystem          Status = C.DC_ERR_SYSTEM           // the system gave no thread, descriptor or memory
	ErrProxy           Status = C.DC_ERR_PROXY            // the proxy did not open a way
)

// Name is the status as the C header has it, such as "DC_ERR_TIMEOUT"; "DC_UNKNOWN" for one that isn't known.
func (s Status) Name() string {
	return C.GoString(C.dc_status_name(C.dc_status(s)))
}

// Error says in a few words what the status means in general.
func (s Status) Error() string {
	return "dataconnectors: " + C.GoString(C.dc_status_message(C.dc_status(s)))
}
