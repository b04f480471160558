package dataconnectors

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestThreadsAreBounded(t *testing.T) {
	var now, most atomic.Int32
	client := newClient(t, served(t, func(w http.ResponseWriter, _ *http.Request) {
		current := now.Add(1)
		defer now.Add(-1)
		for seen := most.Load(); current > seen && !most.CompareAndSwap(seen, current); seen = most.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		fmt.Fprint(w, `{"data":[{"id":"1"}]}`)
	}), WithMaxConcurrentCalls(8))
	before := status(t, "Threads")
	var callers sync.WaitGroup
	var failed atomic.Int32
	for range 1000 {
		callers.Add(1)
		go func() {
			defer callers.Done()
			if _, err := client.ListPage(background()); err != nil {
				failed.Add(1)
			}
		}()
	}
	callers.Wait()
	after := status(t, "Threads")
	if failed.Load() != 0 || most.Load() > 8 || after > before+8+runtime.GOMAXPROCS(0)+8 {
		t.Errorf("%d calls failed, %d were made at once, threads went from %d to %d",
			failed.Load(), most.Load(), before, after)
	}
	t.Logf("at most %d calls at once, threads %d before, %d after", most.Load(), before, after)
}

func TestClosingAmidCalls(t *testing.T) {
	address := sandbox(t)
	for range 30 {
		client := newClient(t, address)
		walk, err := client.Pages(WithPerPage(1), WithPrefetch(true))
		if err != nil {
			t.Fatal(err)
		}
		var callers sync.WaitGroup
		for i := range 8 {
			callers.Add(1)
			go func() {
				defer callers.Done()
				for range 20 {
					var err error
					if i%2 == 0 {
						_, err = client.ListPage(background(), WithPerPage(1))
					} else {
						_, err = walk.Next(background())
					}
					if err != nil && !errors.Is(err, ErrClosed) {
						t.Errorf("a call amid closing gives %v", err)
					}
				}
			}()
		}
		time.Sleep(time.Millisecond)
		go walk.Close()
		client.Close()
		callers.Wait()
	}
}

func TestGoroutinesShareAWalk(t *testing.T) {
	client := newClient(t, sandbox(t))
	walk, err := client.Pages(WithPerPage(1))
	if err != nil {
		t.Fatal(err)
	}
	defer walk.Close()
	var seen sync.Map
	var total atomic.Int32
	var callers sync.WaitGroup
	for range 4 {
		callers.Add(1)
		go func() {
			defer callers.Done()
			for connector, err := range walk.Connectors(background()) {
				if err != nil {
					t.Error(err)
					return
				}
				seen.Store(*connector.ID, true)
				total.Add(1)
			}
		}()
	}
	callers.Wait()
	distinct := 0
	seen.Range(func(any, any) bool { distinct++; return true })
	if total.Load() != 137 || distinct != 137 {
		t.Errorf("%d connectors, %d of them distinct", total.Load(), distinct)
	}
}

func TestTheCollectorFreesWhatIsForgotten(t *testing.T) {
	before := descriptors(t)
	for range 50 {
		client, err := New(secret, WithBaseURL("http://127.0.0.1:9"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Pages(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the descriptors are closed", func() bool {
		runtime.GC()
		return descriptors(t) <= before
	})
}

func TestTheCollectorLeavesACallUnderWayAlone(t *testing.T) {
	address := sandbox(t, "--latency-ms", "300")
	done := make(chan error, 2)
	go func() {
		client, err := New(secret, WithBaseURL(address)) // nothing else refers to it
		if err == nil {
			_, err = client.ListPage(background())
		}
		done <- err
	}()
	go func() {
		client, err := New(secret, WithBaseURL(address))
		var walk *Pager
		if err == nil {
			walk, err = client.Pages()
		}
		if err == nil {
			_, err = walk.Next(background())
		}
		done <- err
	}()
	for returned := 0; returned < 2; {
		runtime.GC()
		select {
		case err := <-done:
			returned++
			if err != nil {
				t.Errorf("the call gives %v", err)
			}
		default:
		}
	}
}
