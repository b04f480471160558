package dataconnectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// storedSnapshot returns the stored form of a complete snapshot.
func storedSnapshot(t *testing.T, connectors int) json.RawMessage {
	t.Helper()
	client := newClient(t, startSandbox(t, "--connectors", fmt.Sprint(connectors)))
	snapshot, err := client.Snapshot(t.Context())
	if err != nil || !snapshot.IsComplete() {
		t.Fatal(snapshot, err)
	}
	defer snapshot.Close()
	client.Close() // the snapshot doesn't need it
	stored, err := snapshot.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func loadSnapshot(t *testing.T, stored json.RawMessage) *Snapshot {
	t.Helper()
	snapshot, err := LoadSnapshot(stored)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

func TestSnapshotReadsRowsWithoutACallPerRow(t *testing.T) {
	snapshot := loadSnapshot(t, storedSnapshot(t, 10_000))
	defer snapshot.Close()
	before := runtime.NumCgoCall()
	connectors, err := snapshot.Connectors()
	calls := runtime.NumCgoCall() - before
	again, _ := snapshot.Connectors()
	if err != nil || len(connectors) != 10_000 || calls > 10 || &again[0] != &connectors[0] {
		t.Errorf("%d native calls for %d connectors, %v", calls, len(connectors), err)
	}
}

func TestContextCancelsASnapshotThatWaits(t *testing.T) {
	var requests atomic.Int32
	client := newClient(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		next := `,"pages":{"next":{"starting_after":"c"}}`
		if r.URL.Query().Has("starting_after") {
			next = ""
		}
		// A bulk edit of all connectors a moment ago.
		fmt.Fprintf(w, `{"data":[{"id":"%d","updated_at":%q}]%s}`, len(next), time.Now().UTC().Format(time.RFC3339), next)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := client.Snapshot(ctx)
		failed <- err
	}()
	waitFor(t, "both pages", func() bool { return requests.Load() == 2 })
	time.Sleep(100 * time.Millisecond)
	started := time.Now()
	cancel()
	err := <-failed
	if took := time.Since(started); !errors.Is(err, ErrCancelled) || !errors.Is(err, context.Canceled) ||
		took > 2*time.Second || requests.Load() != 2 {
		t.Errorf("%v after %v and %d requests", err, took, requests.Load())
	}
}

func TestClosedSnapshotRejectsCalls(t *testing.T) {
	stored := storedSnapshot(t, 3)
	closed, open := loadSnapshot(t, stored), loadSnapshot(t, stored)
	defer open.Close()
	for range 2 {
		if err := closed.Close(); err != nil {
			t.Error(err)
		}
	}
	client := newClient(t, "http://127.0.0.1:9")
	for name, call := range map[string]func() error{
		"Connectors":         func() error { _, err := closed.Connectors(); return err },
		"JSON":               func() error { _, err := closed.JSON(); return err },
		"Diff of":            func() error { _, err := closed.Diff(open); return err },
		"Diff from":          func() error { _, err := open.Diff(closed); return err },
		"Client.Snapshot of": func() error { _, err := client.Snapshot(t.Context(), WithPrevious(closed)); return err },
	} {
		if err := call(); err != ErrClosed {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !closed.IsComplete() {
		t.Errorf("the state is %v", closed.State)
	}
}

func TestConnectorsOfAClosedSnapshotStayReadable(t *testing.T) {
	snapshot := loadSnapshot(t, storedSnapshot(t, 3))
	if _, err := snapshot.Connectors(); err != nil {
		t.Fatal(err)
	}
	snapshot.Close()
	connectors, err := snapshot.Connectors()
	if err != nil || len(connectors) != 3 || Value(connectors[2].Name) == "" {
		t.Errorf("%v, %v", connectors, err)
	}
}

func TestCloseDuringUseOfASnapshot(t *testing.T) {
	stored := storedSnapshot(t, 9)
	for range 30 {
		snapshot := loadSnapshot(t, stored)
		var users, started sync.WaitGroup
		for range 4 {
			users.Add(1)
			started.Add(1)
			go func() {
				defer users.Done()
				first := sync.OnceFunc(started.Done)
				for {
					connectors, err := snapshot.Connectors()
					if err == nil {
						_, err = snapshot.Diff(snapshot)
					}
					first()
					if err != nil {
						if err != ErrClosed {
							t.Error(err)
						}
						return
					}
					if len(connectors) != 9 {
						t.Errorf("%d connectors", len(connectors))
					}
				}
			}()
		}
		started.Wait()
		snapshot.Close()
		users.Wait()
	}
}

func TestRejectsInvalidArgumentsOfSnapshots(t *testing.T) {
	client := newClient(t, "http://127.0.0.1:9", WithMaxRetries(0))
	for message, option := range map[string]SnapshotOption{
		"invalid overlap":                           WithOverlap(time.Hour + 1),
		"invalid timeout":                           WithSnapshotTimeout(25 * time.Hour),
		"invalid max_passes 0":                      WithMaxPasses(0),
		"invalid max_passes 1099511":                WithMaxPasses(1 << 40),
		"invalid overlap -1 ms: use 0 to 3600000":   WithOverlap(-time.Millisecond),
		"invalid overlap -0.5 ms: use 0 to 3600000": WithOverlap(-500 * time.Microsecond),
		"invalid max_passes -1: use 1 to 1000":      WithMaxPasses(-1),
		"invalid timeout -1 ms: use 1 to 86400000":  WithSnapshotTimeout(-time.Millisecond),
		"could not connect":                         WithPrevious(nil),
	} {
		if _, err := client.Snapshot(t.Context(), option); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("%s: %v", message, err)
		}
	}
	snapshot := loadSnapshot(t, storedSnapshot(t, 1))
	for _, stored := range []string{"", "{", `{"data":[]}`} {
		if _, err := LoadSnapshot([]byte(stored)); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("LoadSnapshot(%q): %v", stored, err)
		}
	}
	if _, err := snapshot.Diff(nil); !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("Diff(nil): %v", err)
	}
}
