package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// SnapshotState is the state of a [Snapshot]. Later versions may add states.
type SnapshotState int32

// The states.
const (
	SnapshotIncomplete SnapshotState = C.DC_SNAPSHOT_INCOMPLETE // some may be missing or outdated; see Snapshot.Reason
	SnapshotComplete   SnapshotState = C.DC_SNAPSHOT_COMPLETE   // all are in it; those deleted before it was taken are not
	SnapshotRefreshed  SnapshotState = C.DC_SNAPSHOT_REFRESHED  // all are in it; deleted ones may still be in it
)

// String returns "incomplete", "complete" or "refreshed"; "unknown" for any other state.
func (s SnapshotState) String() string {
	switch s {
	case SnapshotIncomplete:
		return "incomplete"
	case SnapshotComplete:
		return "complete"
	case SnapshotRefreshed:
		return "refreshed"
	}
	return "unknown"
}

// Snapshot is all connectors of a workspace. It is immutable: any number of goroutines may use it. It does not need its
// client. The library's docs/consistency.md has the guarantees.
type Snapshot struct {
	State  SnapshotState
	Reason string // why the snapshot is incomplete; "" if it is not

	// AsOf is the time, by the service's clock, of the list that the snapshot has; zero if no pass over the list was
	// finished.
	AsOf time.Time

	native     *C.dc_snapshot
	handle     *handle
	decode     sync.Once
	connectors []Connector
	failure    error // of the first call of Connectors: closed, and so remains closed
}

// SnapshotOption is an argument of [Client.Snapshot].
type SnapshotOption func(*snapshotOptions) error

type snapshotOptions struct {
	previous *Snapshot
	overlap  C.int64_t
	passes   C.int32_t
	timeout  C.int64_t
}

// WithPrevious requests only what changed since the previous snapshot: usually one page.
func WithPrevious(snapshot *Snapshot) SnapshotOption {
	return func(o *snapshotOptions) error {
		o.previous = snapshot
		return nil
	}
}

// WithOverlap sets the longest time until the service lists a change: 0 to 1 h, default 60 s. It is rounded up to
// seconds.
func WithOverlap(overlap time.Duration) SnapshotOption {
	return func(o *snapshotOptions) (err error) {
		o.overlap, err = durationArgument("overlap", overlap, "0 to 3600000")
		return err
	}
}

// WithMaxPasses sets the maximum number of passes over the list: 1 to 1000, default 20.
func WithMaxPasses(passes int) SnapshotOption {
	return func(o *snapshotOptions) (err error) {
		o.passes, err = int32Argument("max_passes", passes, "1 to 1000")
		return err
	}
}

// WithSnapshotTimeout sets the timeout of the whole snapshot: 1 ms to 24 h, default 5 min. [WithTimeout] applies to
// each request.
func WithSnapshotTimeout(timeout time.Duration) SnapshotOption {
	return func(o *snapshotOptions) (err error) {
		o.timeout, err = durationArgument("timeout", timeout, "1 to 86400000")
		return err
	}
}

// durationArgument rejects a negative duration, as -1 is the library's default; the library checks the range.
func durationArgument(name string, value time.Duration, allowed string) (C.int64_t, error) {
	if value < 0 {
		return 0, invalid("invalid %s %v ms: use %s", name, float64(value)/float64(time.Millisecond), allowed)
	}
	return C.int64_t(milliseconds(value)), nil
}

// Snapshot takes a snapshot: all connectors, even if they change meanwhile. It blocks until the snapshot is taken, the
// call fails, or ctx is done. It sends a request per page of 50 connectors and one more, or only one if the list has
// one page. If the first request fails, or the call is cancelled, the call fails. If a later request fails and its
// retries fail too, the snapshot is incomplete. [Snapshot.Close] frees the snapshot; otherwise the garbage collector
// does.
func (c *Client) Snapshot(ctx context.Context, options ...SnapshotOption) (*Snapshot, error) {
	chosen := snapshotOptions{overlap: -1, passes: -1, timeout: -1} // the library's defaults
	for _, option := range options {
		if err := option(&chosen); err != nil {
			return nil, err
		}
	}
	previous, release, err := chosen.previous.use()
	if err != nil {
		return nil, err
	}
	defer release()
	var taken *C.dc_snapshot
	_, err = c.call(ctx, func(token *C.dc_cancel_token, failure **C.dc_error) C.dc_status {
		return C.dc_snapshot_take(c.native, previous, chosen.overlap, chosen.passes, chosen.timeout, token, &taken, failure)
	})
	if err != nil {
		return nil, err
	}
	return newSnapshot(taken), nil
}

// LoadSnapshot loads a snapshot from its stored form, the [Snapshot.JSON] of an earlier one, such as from a file.
// It fails with [ErrInvalidArgument] if it is not the stored form of a snapshot, or of an unsupported version.
func LoadSnapshot(stored []byte) (*Snapshot, error) {
	text, length := (*C.char)(unsafe.Pointer(unsafe.SliceData(stored))), C.size_t(len(stored))
	var loaded *C.dc_snapshot
	err := check(func(failure **C.dc_error) C.dc_status {
		return C.dc_snapshot_load(text, length, &loaded, failure)
	})
	if err != nil {
		return nil, err
	}
	return newSnapshot(loaded), nil
}

// newSnapshot takes ownership of a native snapshot.
func newSnapshot(native *C.dc_snapshot) *Snapshot {
	owned := &handle{cancel: func() {}, free: func() { C.dc_snapshot_free(native) }}
	snapshot := &Snapshot{
		State:  SnapshotState(C.dc_snapshot_state(native)),
		Reason: C.GoString(C.dc_snapshot_reason(native)),
		native: native,
		handle: owned,
	}
	if ms := known(C.dc_snapshot_as_of_ms(native)); ms != nil {
		snapshot.AsOf = time.UnixMilli(*ms).UTC()
	}
	runtime.AddCleanup(snapshot, (*handle).close, owned)
	return snapshot
}

// IsComplete returns whether the state is [SnapshotComplete]: connectors that were deleted before the snapshot was
// taken are not in it.
func (s *Snapshot) IsComplete() bool { return s.State == SnapshotComplete }

// Connectors returns all connectors, most recently updated first, in Go memory. The first call converts them; later
// ones work on a closed snapshot, too. Don't modify the slice, which the snapshot keeps. The only error is [ErrClosed].
func (s *Snapshot) Connectors() ([]Connector, error) {
	s.decode.Do(func() {
		native, release, err := s.use()
		if s.failure = err; err == nil {
			defer release()
			s.connectors = unpack(C.dc_snapshot_page(native))
		}
	})
	return s.connectors, s.failure
}

// JSON returns a copy of the stored form, for [LoadSnapshot]: the list object with each row as the service sent it, and
// a member "snapshot". Later versions of the library load it, too. The only error is [ErrClosed].
func (s *Snapshot) JSON() (json.RawMessage, error) {
	native, release, err := s.use()
	if err != nil {
		return nil, err
	}
	defer release()
	return pageJSON(C.dc_snapshot_page(native)), nil
}

// Diff is the difference between two snapshots. Its rows are as the service sent them. Connectors that an incomplete
// older snapshot lacks may be in Added; an incomplete newer one may lack additions and changes.
type Diff struct {
	Added   []json.RawMessage `json:"added"`
	Changed []Change          `json:"changed"`

	// Removed is nil, unknown, unless the newer snapshot is complete and not earlier than the older one.
	Removed []json.RawMessage `json:"removed"`
}

// Change is a connector that differs between two snapshots.
type Change struct {
	ID     string          `json:"id"`
	Fields []string        `json:"fields"` // names of the fields that differ
	Old    json.RawMessage `json:"old"`
	New    json.RawMessage `json:"new"`
}

// Diff returns what changed since an older snapshot. It fails with [ErrInvalidArgument] if the snapshots are from
// different base URLs, and with [ErrClosed].
func (s *Snapshot) Diff(older *Snapshot) (*Diff, error) {
	newerNative, release, err := s.use()
	if err != nil {
		return nil, err
	}
	defer release()
	olderNative, release, err := older.use()
	if err != nil {
		return nil, err
	}
	defer release()
	var native *C.dc_diff
	err = check(func(failure **C.dc_error) C.dc_status {
		return C.dc_snapshot_diff(newerNative, olderNative, &native, failure)
	})
	if err != nil {
		return nil, err
	}
	defer C.dc_diff_free(native)
	var length C.size_t
	text := C.dc_diff_json(native, &length)
	diff := new(Diff)
	return diff, json.Unmarshal(borrow(text, length), diff)
}

// Close frees the snapshot; later calls return [ErrClosed], except [Snapshot.Connectors] if it was called before. JSON
// stays valid. The error is always nil.
func (s *Snapshot) Close() error {
	s.handle.close()
	return nil
}

// use returns the native snapshot; nil for nil. The caller must call release.
func (s *Snapshot) use() (native *C.dc_snapshot, release func(), err error) {
	if s == nil {
		return nil, func() {}, nil
	}
	defer runtime.KeepAlive(s) // its cleanup would close the handle
	if !s.handle.acquire() {
		return nil, nil, ErrClosed
	}
	return s.native, s.handle.release, nil
}
