package dataconnectors

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestLimitsThreads(t *testing.T) {
	var current, highest atomic.Int32
	client := newClient(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		now := current.Add(1)
		defer current.Add(-1)
		for seen := highest.Load(); now > seen && !highest.CompareAndSwap(seen, now); seen = highest.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		fmt.Fprint(w, `{"data":[{"id":"1"}]}`)
	}), WithMaxConcurrentCalls(8))
	before := processStatus(t, "Threads")
	var callers sync.WaitGroup
	var failed atomic.Int32
	for range 1000 {
		callers.Add(1)
		go func() {
			defer callers.Done()
			if _, err := client.ListPage(t.Context()); err != nil {
				failed.Add(1)
			}
		}()
	}
	callers.Wait()
	after := processStatus(t, "Threads")
	if failed.Load() != 0 || highest.Load() < 2 || highest.Load() > 8 || after > before+8+runtime.GOMAXPROCS(0)+8 {
		t.Errorf("%d calls failed, %d were concurrent, the number of threads went from %d to %d",
			failed.Load(), highest.Load(), before, after)
	}
}

func TestCloseDuringCalls(t *testing.T) {
	address := startSandbox(t)
	const rounds, goroutines = 30, 8
	var succeeded, closed atomic.Int32
	for range rounds {
		client := newClient(t, address)
		pager := newPager(t, client, WithPerPage(1), WithPrefetch(true))
		var callers, listed sync.WaitGroup
		for i := range goroutines {
			callers.Add(1)
			listed.Add(1)
			go func() {
				defer callers.Done()
				first := sync.OnceFunc(listed.Done)
				defer first()
				for usesPager := i%2 == 1; ; {
					var err error
					if usesPager {
						_, err = pager.Next(t.Context())
					} else {
						_, err = client.ListPage(t.Context(), WithPerPage(1))
					}
					switch {
					case err == nil:
						succeeded.Add(1)
						first()
					case errors.Is(err, ErrClosed):
						closed.Add(1)
						return
					case err == io.EOF:
						usesPager = false
					default:
						t.Errorf("the error is %v", err)
						return
					}
				}
			}()
		}
		listed.Wait() // every goroutine is between two calls, or in one
		go pager.Close()
		client.Close()
		callers.Wait()
	}
	if succeeded.Load() < rounds*goroutines || closed.Load() != rounds*goroutines {
		t.Errorf("%d calls succeeded, %d were closed", succeeded.Load(), closed.Load())
	}
}

func TestGoroutinesShareAPager(t *testing.T) {
	pager := newPager(t, newClient(t, startSandbox(t)), WithPerPage(2))
	var ids sync.Map
	var total atomic.Int32
	var callers sync.WaitGroup
	for range 4 {
		callers.Add(1)
		go func() {
			defer callers.Done()
			for {
				page, err := pager.Next(t.Context())
				if err != nil {
					if err != io.EOF {
						t.Error(err)
					}
					return
				}
				for _, connector := range page.Connectors {
					ids.Store(*connector.ID, true)
					total.Add(1)
				}
			}
		}()
	}
	callers.Wait()
	distinct := 0
	ids.Range(func(any, any) bool { distinct++; return true })
	if total.Load() != 137 || distinct != 137 {
		t.Errorf("%d connectors, %d of them distinct", total.Load(), distinct)
	}
}

func TestGarbageCollectorFreesHandles(t *testing.T) {
	before := openDescriptors(t)
	for range 50 {
		client, err := New(secret, WithBaseURL("http://127.0.0.1:9"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.NewPager(); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "closed descriptors", func() bool {
		runtime.GC()
		return openDescriptors(t) <= before
	})
}

func TestGarbageCollectorDoesNotCancelCalls(t *testing.T) {
	address := startSandbox(t, "--latency-ms", "300")
	returned := make(chan error, 2)
	go func() {
		client, err := New(secret, WithBaseURL(address)) // nothing else refers to it
		if err == nil {
			_, err = client.ListPage(t.Context())
		}
		returned <- err
	}()
	go func() {
		client, err := New(secret, WithBaseURL(address))
		var pager *Pager
		if err == nil {
			pager, err = client.NewPager()
		}
		if err == nil {
			_, err = pager.Next(t.Context())
		}
		returned <- err
	}()
	for count := 0; count < 2; {
		runtime.GC()
		select {
		case err := <-returned:
			count++
			if err != nil {
				t.Errorf("the error is %v", err)
			}
		default:
		}
	}
}
