// Package dataconnectors lists the data connectors of an Intercom workspace (GET /data_connectors), through the native
// libdata_connectors.
//
//	client, err := dataconnectors.New(os.Getenv("INTERCOM_ACCESS_TOKEN"))
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	for connector, err := range client.List(ctx) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(dataconnectors.Value(connector.ID), dataconnectors.Value(connector.Name))
//	}
//
// # Goroutines
//
// A [Client] and a [Pager] may be used by any number of goroutines at once; those that share a Pager take turns. Each
// native call blocks a thread of the system, so a client makes at most [WithMaxConcurrentCalls] of them at once (64
// unless told otherwise), and further callers wait, without a thread, until a call ends or their context does.
// Connectors, pages and errors are plain values: they need no closing, and are not to be written to while they are
// shared.
//
// # Cancellation
//
// A context that is cancelled, or whose deadline passes, ends the native call within milliseconds, whatever it waits
// for; the error is then [ErrCancelled] and also the context's own: errors.Is(err, context.Canceled), or
// context.DeadlineExceeded. [WithTimeout] is the limit of each call, with a deadline or without.
//
// # Errors
//
// A failure is an [*Error], found by errors.As; which kind of failure it is, errors.Is tells: errors.Is(err,
// dataconnectors.ErrRateLimited). What was closed gives [ErrClosed]. The access token is in none of them.
package dataconnectors
