// Package dataconnectors lists the data connectors of an Intercom workspace (GET /data_connectors), through the native
// library libdata_connectors.
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
//		fmt.Println(connector)
//	}
//
// Any number of goroutines may use a [Client], a [Pager] or a [Snapshot]. A call is cancelled when its context is done. A
// failure is an [*Error]; errors.Is(err, dataconnectors.ErrRateLimited) tests its status. Connectors, pages and errors
// are in Go memory and need not be closed.
package dataconnectors
