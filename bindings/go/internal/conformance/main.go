// Command conformance runs the cases of tests/conformance.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	dc "dataconnectors"
)

type testCase struct {
	Name            string            `json:"name"`
	Settings        map[string]any    `json:"settings"`
	Options         map[string]string `json:"options"`
	Call            string            `json:"call"`
	OverlapMS       *int64            `json:"overlap_ms"`
	MaxPasses       *int              `json:"max_passes"`
	SnapshotMS      *int64            `json:"snapshot_timeout_ms"`
	Stored          string            `json:"stored"`
	PerPage         *int              `json:"per_page"`
	StartingAfter   *string           `json:"starting_after"`
	Prefetch        *bool             `json:"prefetch"`
	StopAfter       int               `json:"stop_after"`
	Then            string            `json:"then"`
	CancelAfterMS   *int              `json:"cancel_after_ms"`
	ShutdownAfterMS *int              `json:"shutdown_after_ms"`
	Closed          bool              `json:"closed"`
	Callers         int               `json:"callers"`
	Expect          map[string]any    `json:"expect"`
}

// outcome is the result of a call.
type outcome struct {
	rows     []dc.Connector
	pages    []*dc.Page
	snapshot *dc.Snapshot // closed
	stored   json.RawMessage
	diff     *dc.Diff
	err      error
	took     time.Duration
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	var cases []json.RawMessage
	if err == nil {
		err = json.Unmarshal(text, &cases)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, encoded := range cases {
		var c testCase
		_ = json.Unmarshal(encoded, &c) // the name, if nothing else
		if err := run(encoded); err != nil {
			fmt.Printf("not ok %s: %s\n", c.Name, strings.Join(strings.Fields(err.Error()), " "))
		} else {
			fmt.Printf("ok %s\n", c.Name)
		}
	}
}

// run returns how the outcome of a case differs from the expected one.
func run(encoded json.RawMessage) error {
	var c testCase
	decoder := json.NewDecoder(strings.NewReader(string(encoded)))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(&c); err != nil {
		return err
	}
	options, err := clientOptions(c)
	if err != nil {
		return err
	}
	accessToken, _ := c.Settings["token"].(string)
	client, err := dc.New(accessToken, options...)
	if err != nil {
		return check(c.Expect, outcome{err: err})
	}
	defer client.Close()
	comment("%v %+v", client, *client)
	if c.Closed {
		client.Close()
	}
	outcomes := make([]outcome, max(c.Callers, 1))
	var callers sync.WaitGroup
	for i := range outcomes {
		callers.Add(1)
		go func() {
			defer callers.Done()
			outcomes[i] = call(c, client)
		}()
	}
	callers.Wait()
	for _, o := range outcomes {
		if err := check(c.Expect, o); err != nil {
			return err
		}
	}
	return nil
}

func call(c testCase, client *dc.Client) (o outcome) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer after(c.CancelAfterMS, cancel)()
	defer after(c.ShutdownAfterMS, func() { client.Close() })()
	started := time.Now()
	switch c.Call {
	case "client":
	case "page":
		var page *dc.Page
		if page, o.err = client.ListPage(ctx, c.arguments()...); o.err == nil {
			o.add(page)
		}
	case "connectors":
		var connector dc.Connector
		for connector, o.err = range client.List(ctx, c.arguments()...) {
			if o.err == nil {
				o.rows = append(o.rows, connector)
			}
			if len(o.rows) == c.StopAfter {
				break
			}
		}
	case "pages":
		o.err = o.listPages(ctx, c, client)
	case "snapshot", "load":
		o.err = o.takeSnapshots(ctx, c, client)
	default:
		o.err = fmt.Errorf("unknown call %s", c.Call)
	}
	o.took = time.Since(started)
	return o
}

// after calls a function after a delay, or now if that is 0, and returns a function that prevents the call.
func after(ms *int, do func()) func() {
	if ms == nil {
		return func() {}
	}
	if *ms == 0 {
		do()
		return func() {}
	}
	timer := time.AfterFunc(time.Duration(*ms)*time.Millisecond, do)
	return func() { timer.Stop() }
}

func (o *outcome) listPages(ctx context.Context, c testCase, client *dc.Client) error {
	if c.Then == "" && c.StopAfter == 0 {
		for page, err := range client.Pages(ctx, c.arguments()...) {
			if err != nil {
				return err
			}
			o.add(page)
		}
		return nil
	}
	pager, err := client.NewPager(c.arguments()...)
	if err != nil {
		return err
	}
	defer pager.Close()
	err = o.next(ctx, pager, c.StopAfter)
	switch {
	case c.Then == "continue" && err != nil:
		if again := o.next(ctx, pager, 0); again != nil {
			return again
		}
	case c.Then == "continue":
		return errors.New("no call failed before the continuation")
	case c.Then == "resume" && err == nil:
		cursor := pager.Cursor()
		c.StartingAfter, c.Then, c.StopAfter = &cursor, "", 0
		return o.listPages(ctx, c, client)
	}
	return err
}

// next adds at most this many pages; all if it is 0.
func (o *outcome) next(ctx context.Context, pager *dc.Pager, limit int) error {
	for count := 0; limit == 0 || count < limit; count++ {
		page, err := pager.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		o.add(page)
	}
	return nil
}

func (o *outcome) takeSnapshots(ctx context.Context, c testCase, client *dc.Client) (err error) {
	var first *dc.Snapshot
	if c.Call == "load" {
		first, err = dc.LoadSnapshot([]byte(c.Stored))
	} else {
		first, err = client.Snapshot(ctx, c.snapshotArguments()...)
	}
	if err != nil {
		return err
	}
	defer first.Close()
	switch c.Then {
	case "":
		o.snapshot = first
	case "store":
		var stored json.RawMessage
		if stored, err = first.JSON(); err == nil {
			o.snapshot, err = dc.LoadSnapshot(stored)
		}
	case "refresh":
		o.snapshot, err = client.Snapshot(ctx, append(c.snapshotArguments(), dc.WithPrevious(first))...)
	case "again":
		o.snapshot, err = client.Snapshot(ctx, c.snapshotArguments()...)
	default:
		err = fmt.Errorf("unknown value of then: %s", c.Then)
	}
	if err != nil {
		return err
	}
	defer o.snapshot.Close()
	if o.diff, err = o.snapshot.Diff(first); err != nil {
		return err
	}
	if o.stored, err = o.snapshot.JSON(); err != nil {
		return err
	}
	o.rows, err = o.snapshot.Connectors()
	return err
}

func (o *outcome) add(page *dc.Page) {
	o.pages = append(o.pages, page)
	o.rows = append(o.rows, page.Connectors...)
}

func (c testCase) arguments() (arguments []dc.ListOption) {
	if c.PerPage != nil {
		arguments = append(arguments, dc.WithPerPage(*c.PerPage))
	}
	if c.StartingAfter != nil {
		arguments = append(arguments, dc.WithStartingAfter(*c.StartingAfter))
	}
	if c.Prefetch != nil {
		arguments = append(arguments, dc.WithPrefetch(*c.Prefetch))
	}
	return arguments
}

func (c testCase) snapshotArguments() (arguments []dc.SnapshotOption) {
	if c.OverlapMS != nil {
		arguments = append(arguments, dc.WithOverlap(time.Duration(*c.OverlapMS)*time.Millisecond))
	}
	if c.MaxPasses != nil {
		arguments = append(arguments, dc.WithMaxPasses(*c.MaxPasses))
	}
	if c.SnapshotMS != nil {
		arguments = append(arguments, dc.WithSnapshotTimeout(time.Duration(*c.SnapshotMS)*time.Millisecond))
	}
	return arguments
}
