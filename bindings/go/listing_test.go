package dataconnectors

import (
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"
)

const row = `{"type":"data_connector","id":"7","name":"N\u0000ame","description":"","state":"live",
"http_method":"post","direct_fin_usage":true,"created_by_admin_id":"1","updated_by_admin_id":"2",
"created_at":"2025-11-15T09:30:00Z","updated_at":"2025-11-15T09:30:00.250+01:00",
"execution_results_url":"/data_connectors/7/execution_results","new":[1]}`

func TestConnectorsHaveAllFields(t *testing.T) {
	client := newClient(t, answers(t, `{"data":[`+row+`,{"id":null,"state":"odd","name":3},"text"]}`))
	page, err := client.ListPage(background())
	if err != nil {
		t.Fatal(err)
	}
	c := page.Connectors[0]
	texts := map[*string]string{
		c.Type: "data_connector", c.ID: "7", c.Name: "N\x00ame", c.Description: "", c.State: "live",
		c.HTTPMethod: "post", c.CreatedByAdminID: "1", c.UpdatedByAdminID: "2",
		c.CreatedAt: "2025-11-15T09:30:00Z", c.UpdatedAt: "2025-11-15T09:30:00.250+01:00",
		c.ExecutionResultsURL: "/data_connectors/7/execution_results",
	}
	for got, wanted := range texts {
		if got == nil || *got != wanted {
			t.Errorf("a field is %q, and not %q", Value(got), wanted)
		}
	}
	if len(texts) != 11 || !Value(c.DirectFinUsage) || c.StateCode != StateLive || c.HTTPMethodCode != MethodPost ||
		c.CreatedTime.Format(time.RFC3339) != "2025-11-15T09:30:00Z" ||
		c.UpdatedTime.UnixMilli()-c.CreatedTime.UnixMilli() != 250-3_600_000 || c.JSON != row {
		t.Errorf("the row is %+v", c)
	}
	absent := page.Connectors[1]
	if absent.ID != nil || absent.Name != nil || absent.DirectFinUsage != nil || !absent.CreatedTime.IsZero() ||
		absent.StateCode != StateUnknown || Value(absent.State) != "odd" || absent.HTTPMethodCode != MethodAbsent {
		t.Errorf("the row is %+v", absent)
	}
	if text := page.Connectors[2]; text.Type != nil || text.StateCode != StateAbsent || text.JSON != `"text"` {
		t.Errorf("the row is %+v", text)
	}
	var again struct{ Data []Connector }
	if err := json.Unmarshal(page.JSON, &again); err == nil || len(page.Connectors) != 3 {
		t.Errorf("the page is %s", page.JSON) // encoding/json refuses what the library bears
	}
	written, _ := json.Marshal(absent)
	if string(written) != `{"type":null,"id":null,"name":null,"description":null,"state":"odd","http_method":null,`+
		`"direct_fin_usage":null,"created_by_admin_id":null,"updated_by_admin_id":null,"created_at":null,`+
		`"updated_at":null,"execution_results_url":null}` {
		t.Errorf("as JSON it is %s", written)
	}
}

func TestWalksOverTheSandbox(t *testing.T) {
	client := newClient(t, sandbox(t))
	for _, prefetch := range []bool{false, true} {
		seen := map[string]bool{}
		for connector, err := range client.List(background(), WithPerPage(50), WithPrefetch(prefetch)) {
			if err != nil {
				t.Fatal(err)
			}
			seen[*connector.ID] = true
		}
		if len(seen) != 137 {
			t.Errorf("there are %d connectors", len(seen))
		}
	}
	first, err := client.ListPage(background(), WithPerPage(50))
	if err != nil {
		t.Fatal(err)
	}
	walk, err := client.Pages(WithPerPage(50), WithStartingAfter(first.NextCursor))
	if err != nil || walk.Cursor() != first.NextCursor {
		t.Fatal(walk, err)
	}
	defer walk.Close()
	second, err := walk.Next(background())
	if err != nil || len(second.Connectors) != 50 || walk.Cursor() != second.NextCursor || second.RequestID == "" {
		t.Fatal(second, err)
	}
	rest := 0
	for _, err := range walk.Connectors(background()) {
		if err != nil {
			t.Fatal(err)
		}
		rest++
		if rest == 5 {
			break
		}
	}
	for range walk.Connectors(background()) { // goes on within the page
		rest++
	}
	if rest != 37 || walk.Cursor() != "" {
		t.Errorf("there are %d more, and the cursor is %q", rest, walk.Cursor())
	}
}

func TestAWalkThatFailedStandsWhereItWas(t *testing.T) {
	client := newClient(t, answers(t, `{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"c"}}}`, `{`,
		`{"data":[{"id":"2"}]}`), WithMaxRetries(0))
	walk, err := client.Pages()
	if err != nil {
		t.Fatal(err)
	}
	defer walk.Close()
	var ids []string
	failures := 0
	for range 2 {
		for connector, err := range walk.Connectors(background()) {
			if errors.Is(err, ErrProtocol) {
				failures++
				continue // the loop ends all the same
			}
			ids = append(ids, *connector.ID)
		}
	}
	if failures != 1 || len(ids) != 2 || ids[0] != "1" || ids[1] != "2" {
		t.Errorf("%d failures and %v", failures, ids)
	}
	if _, err := walk.Next(background()); err != io.EOF {
		t.Errorf("at its end the walk gives %v", err)
	}
}

func TestRefusesArguments(t *testing.T) {
	client := newClient(t, "http://127.0.0.1:9")
	for name, option := range map[string]ListOption{
		"too many rows":       WithPerPage(51),
		"rows beyond 32 bits": WithPerPage(1 << 40),
		"an empty cursor":     WithStartingAfter(""),
		"a NUL in the cursor": WithStartingAfter("a\x00b"),
		"a cursor no UTF-8":   WithStartingAfter("\xff"),
	} {
		_, page := client.ListPage(background(), option)
		_, walk := client.Pages(option)
		if !errors.Is(page, ErrInvalidArgument) || !errors.Is(walk, ErrInvalidArgument) {
			t.Errorf("%s: %v, %v", name, page, walk)
		}
	}
	if _, err := client.ListPage(background(), WithPrefetch(true)); !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("one page can't be fetched ahead: %v", err)
	}
}
