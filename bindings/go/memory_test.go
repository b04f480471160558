//go:build !race && !asan

package dataconnectors

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// DC_TEST_PAGES sets the number of pages; 20000 take a few seconds.
func TestDoesNotLeak(t *testing.T) {
	pages, err := strconv.Atoi(os.Getenv("DC_TEST_PAGES"))
	if err != nil {
		pages = 2000
	}
	client := newClient(t, startSandbox(t), WithMaxRetries(0))
	failing := newClient(t, serveBodies(t, `{`), WithMaxRetries(0))
	stored := storedSnapshot(t, 137)
	older := loadSnapshot(t, bytes.ReplaceAll(stored, []byte(`"name":"`), []byte(`"name":"old `)))
	long := strings.Repeat("a", 4000) + "\n"
	list := func(count int) {
		for i := 0; i < count; {
			for _, err := range client.Pages(t.Context(), WithPerPage(50), WithPrefetch(i%2 == 0)) {
				if err != nil {
					t.Fatal(err)
				}
				i++
			}
			for range client.List(t.Context(), WithPerPage(50)) {
				i++
				break
			}
			if _, err := failing.ListPage(t.Context()); !errors.Is(err, ErrProtocol) {
				t.Fatal(err)
			}
		}
		for i := range count / 10 {
			snapshot := loadSnapshot(t, stored)
			connectors, err := snapshot.Connectors()
			if diff, failed := snapshot.Diff(older); err != nil || failed != nil || len(diff.Changed) != len(connectors) {
				t.Fatal(diff, err, failed)
			}
			if i%2 == 0 {
				snapshot.Close() // otherwise the garbage collector does
			}
		}
		for range 25 * count { // a string and an error each
			if _, err := New(long); err == nil {
				t.Fatal("accepted a line break in the access token")
			}
		}
		runtime.GC()
	}
	list(pages / 10)
	memory, descriptors := processStatus(t, "VmRSS"), openDescriptors(t)
	list(pages)
	moreMemory, moreDescriptors := processStatus(t, "VmRSS")-memory, openDescriptors(t)-descriptors
	t.Logf("%d pages: resident memory %d KiB and %+d, descriptors %d and %+d",
		pages, memory, moreMemory, descriptors, moreDescriptors)
	if moreMemory > 16*1024 || moreDescriptors > 2 {
		t.Errorf("leaked %d KiB and %d descriptors", moreMemory, moreDescriptors)
	}
}
