// Command conformance performs the cases of tests/conformance, and says of each what became of it.
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

// testCase is a case as run.py hands it over.
type testCase struct {
	Name            string            `json:"name"`
	Settings        map[string]any    `json:"settings"`
	Options         map[string]string `json:"options"`
	Call            string            `json:"call"`
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

// outcome is what a call gave, and how it ended.
type outcome struct {
	rows  []dc.Connector
	pages []*dc.Page
	err   error
	took  time.Duration
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
	for _, written := range cases {
		name, err := run(written)
		if err == nil {
			fmt.Printf("ok %s\n", name)
		} else {
			fmt.Printf("not ok %s: %s\n", name, strings.Join(strings.Fields(err.Error()), " "))
		}
	}
}

// run performs a case; the error says what is not as it expects.
func run(written json.RawMessage) (string, error) {
	var named struct{ Name string }
	if err := json.Unmarshal(written, &named); err != nil {
		return "", err
	}
	var c testCase
	decoder := json.NewDecoder(strings.NewReader(string(written)))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(&c); err != nil {
		return named.Name, fmt.Errorf("this runner doesn't know: %w", err)
	}
	client, err := clientOf(c.Settings, c.Options)
	if errors.Is(err, errUnknown) {
		return named.Name, err
	}
	if err != nil {
		return named.Name, judge(c, outcome{err: err})
	}
	defer client.Close()
	say("%v %+v", client, *client)
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
		if err := judge(c, o); err != nil {
			return named.Name, err
		}
	}
	return named.Name, nil
}

func call(c testCase, client *dc.Client) outcome {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer after(c.CancelAfterMS, cancel)()
	defer after(c.ShutdownAfterMS, func() { client.Close() })()
	var o outcome
	started := time.Now()
	o.perform(ctx, c, client)
	o.took = time.Since(started)
	return o
}

// after does something so long from now, or at once; what it gives stops that.
func after(ms *int, do func()) func() {
	switch {
	case ms == nil:
		return func() {}
	case *ms == 0:
		do()
		return func() {}
	}
	timer := time.AfterFunc(time.Duration(*ms)*time.Millisecond, do)
	return func() { timer.Stop() }
}

func (o *outcome) perform(ctx context.Context, c testCase, client *dc.Client) {
	switch c.Call {
	case "client":
	case "page":
		page, err := client.ListPage(ctx, arguments(c)...)
		o.err = err
		if err == nil {
			o.take(page)
		}
	case "pages", "connectors":
		o.walk(ctx, c, client)
	default:
		o.err = fmt.Errorf("this runner doesn't know the call %s", c.Call)
	}
}

func (o *outcome) walk(ctx context.Context, c testCase, client *dc.Client) {
	if c.Call == "connectors" && c.Then == "" {
		for connector, err := range client.List(ctx, arguments(c)...) {
			if err != nil {
				o.err = err
				break
			}
			o.rows = append(o.rows, connector)
			if len(o.rows) == c.StopAfter {
				break
			}
		}
		return
	}
	step := o.pagesOf
	if c.Call == "connectors" {
		step = o.connectorsOf
	}
	walk, err := client.Pages(arguments(c)...)
	if err != nil {
		o.err = err
		return
	}
	defer walk.Close()
	o.err = step(ctx, walk, c.StopAfter)
	switch c.Then {
	case "":
	case "go_on":
		if o.err == nil {
			o.err = errors.New("no step failed: there is nothing to go on from")
		} else if err := step(ctx, walk, 0); err != nil {
			o.err = err
		}
	case "resume":
		if o.err != nil {
			return
		}
		c.StartingAfter = new(string)
		*c.StartingAfter = walk.Cursor()
		second, err := client.Pages(arguments(c)...)
		if err != nil {
			o.err = err
			return
		}
		defer second.Close()
		o.err = step(ctx, second, 0)
	default:
		o.err = fmt.Errorf("this runner doesn't know then: %s", c.Then)
	}
}

// pagesOf takes so many pages of a walk, or all with 0.
func (o *outcome) pagesOf(ctx context.Context, walk *dc.Pager, most int) error {
	for taken := 0; most == 0 || taken < most; taken++ {
		page, err := walk.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		o.take(page)
	}
	return nil
}

// connectorsOf takes so many connectors of a walk, or all with 0.
func (o *outcome) connectorsOf(ctx context.Context, walk *dc.Pager, most int) error {
	taken := 0
	for connector, err := range walk.Connectors(ctx) {
		if err != nil {
			return err
		}
		o.rows = append(o.rows, connector)
		if taken++; taken == most {
			break
		}
	}
	return nil
}

func (o *outcome) take(page *dc.Page) {
	o.pages = append(o.pages, page)
	o.rows = append(o.rows, page.Connectors...)
}

func arguments(c testCase) []dc.ListOption {
	var given []dc.ListOption
	if c.PerPage != nil {
		given = append(given, dc.WithPerPage(*c.PerPage))
	}
	if c.StartingAfter != nil {
		given = append(given, dc.WithStartingAfter(*c.StartingAfter))
	}
	if c.Prefetch != nil {
		given = append(given, dc.WithPrefetch(*c.Prefetch))
	}
	return given
}
