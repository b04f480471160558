// Our Go package: id, name, state and updated_at of each row, as in its README.
package main

import (
	"context"
	"log"

	"bench/measure"
	dc "dataconnectors"
)

func main() {
	run := measure.New()
	client, err := dc.New(measure.Token, dc.WithBaseURL(run.BaseURL))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	for row, err := range client.List(context.Background(), dc.WithPerPage(50)) {
		if err != nil {
			log.Fatal(err)
		}
		run.Row(dc.Value(row.ID), dc.Value(row.Name), dc.Value(row.State), dc.Value(row.UpdatedAt))
	}
	run.Print()
}
