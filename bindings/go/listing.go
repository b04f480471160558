package dataconnectors

// #include <data_connectors.h>
import "C"

import "math"

// ListOption is an argument of [Client.ListPage], [Client.Pages] and [Client.List].
type ListOption func(*listing)

type listing struct {
	perPage  int
	after    *string
	prefetch bool
}

// WithPerPage is the most rows on a page: 1 to 50; 0 is the service's default (20).
func WithPerPage(rows int) ListOption {
	return func(l *listing) { l.perPage = rows }
}

// WithStartingAfter begins after a cursor: [Page.NextCursor], or what [Pager.Cursor] gave. An empty one is refused, so
// that a walk which had come to its end doesn't begin anew unseen; without this option a list begins at its start.
func WithStartingAfter(cursor string) ListOption {
	return func(l *listing) { l.after = &cursor }
}

// WithPrefetch fetches the next page of a walk while your program works on this one. A page can then be as old as
// that took, and leaving the walk early may have cost one request more.
func WithPrefetch(prefetch bool) ListOption {
	return func(l *listing) { l.prefetch = prefetch }
}

func arguments(options []ListOption) *listing {
	list := &listing{}
	for _, option := range options {
		if option != nil {
			option(list)
		}
	}
	return list
}

// use lends the cursor to C, NULL where there is none, when the rest can be passed, too.
func (l *listing) use(call func(list *listing, after *C.char) error) error {
	if l.perPage < math.MinInt32 || l.perPage > math.MaxInt32 {
		return refused("per_page is %d: use 1 to 50, or none for the service's default (20)", l.perPage)
	}
	if l.after == nil {
		return call(l, nil)
	}
	return withText("starting_after", *l.after, func(after *C.char) error { return call(l, after) })
}
