//go:build !race && !asan

package dataconnectors

import (
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// DC_TEST_PAGES says how many pages it lists; 20000 take a few seconds.
func TestKeepsNoMemory(t *testing.T) {
	pages, err := strconv.Atoi(os.Getenv("DC_TEST_PAGES"))
	if err != nil {
		pages = 2000
	}
	client := newClient(t, sandbox(t), WithMaxRetries(0))
	bad := newClient(t, answers(t, `{`), WithMaxRetries(0))
	long := strings.Repeat("a", 4000) + "\n"
	list := func(count int) {
		for i := 0; i < count; {
			walk, err := client.Pages(WithPerPage(50), WithPrefetch(i%2 == 0))
			if err != nil {
				t.Fatal(err)
			}
			for ; ; i++ {
				if _, err := walk.Next(background()); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			walk.Close()
			for range client.List(background(), WithPerPage(50)) {
				i++
				break
			}
			if _, err := bad.ListPage(background()); !errors.Is(err, ErrProtocol) {
				t.Fatal(err)
			}
		}
		for range 25 * count { // makes a text and an error each time
			if _, err := New(long); err == nil {
				t.Fatal("a line break is taken for a part of a token")
			}
		}
		runtime.GC()
	}
	list(pages / 10)
	memory, open := status(t, "VmRSS"), descriptors(t)
	list(pages)
	grown, more := status(t, "VmRSS")-memory, descriptors(t)-open
	t.Logf("%d pages: RSS %d KiB and %+d, descriptors %d and %+d", pages, memory, grown, open, more)
	if grown > 16*1024 || more > 2 {
		t.Errorf("it keeps %d KiB and %d descriptors", grown, more)
	}
}
