package dataconnectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"
)

const row = `{"type":"data_connector","id":"7","name":"N\u0000ame","description":"","state":"live",
"http_method":"post","direct_fin_usage":true,"created_by_admin_id":"1","updated_by_admin_id":"2",
"created_at":"2025-11-15T09:30:00Z","updated_at":"2025-11-15T09:30:00.250+01:00",
"execution_results_url":"/data_connectors/7/execution_results","new":[1]}`

func TestConnectorsHaveAllFields(t *testing.T) {
	client := newClient(t, serveBodies(t, `{"data":[`+row+`,{"id":null,"state":"odd","name":3},"text"]}`))
	page, err := client.ListPage(t.Context())
	if err != nil || len(page.Connectors) != 3 || page.HasNext || page.NextCursor != "" {
		t.Fatal(page, err)
	}
	c := page.Connectors[0]
	texts := map[*string]string{
		c.Type: "data_connector", c.ID: "7", c.Name: "N\x00ame", c.Description: "", c.State: "live",
		c.HTTPMethod: "post", c.CreatedByAdminID: "1", c.UpdatedByAdminID: "2",
		c.CreatedAt: "2025-11-15T09:30:00Z", c.UpdatedAt: "2025-11-15T09:30:00.250+01:00",
		c.ExecutionResultsURL: "/data_connectors/7/execution_results",
	}
	for got, expected := range texts {
		if got == nil || *got != expected {
			t.Errorf("a field is %q, expected %q", Value(got), expected)
		}
	}
	if len(texts) != 11 || !Value(c.DirectFinUsage) || c.JSON != row ||
		c.CreatedTime.Format(time.RFC3339) != "2025-11-15T09:30:00Z" ||
		c.UpdatedTime.UnixMilli()-c.CreatedTime.UnixMilli() != 250-3_600_000 {
		t.Errorf("the row is %#v", c)
	}
	if text := fmt.Sprint(c); text != `7 live "N\x00ame"` {
		t.Errorf("the connector is printed as %s", text)
	}
	absent := page.Connectors[1]
	if absent.ID != nil || absent.Name != nil || absent.DirectFinUsage != nil || !absent.CreatedTime.IsZero() ||
		Value(absent.State) != "odd" {
		t.Errorf("the row is %#v", absent)
	}
	if text := page.Connectors[2]; text.Type != nil || text.JSON != `"text"` {
		t.Errorf("the row is %#v", text)
	}
	encoded, _ := json.Marshal(absent)
	if string(encoded) != `{"type":null,"id":null,"name":null,"description":null,"state":"odd","http_method":null,`+
		`"direct_fin_usage":null,"created_by_admin_id":null,"updated_by_admin_id":null,"created_at":null,`+
		`"updated_at":null,"execution_results_url":null}` {
		t.Errorf("the JSON is %s", encoded)
	}
}

func TestIteratesOverTheSandbox(t *testing.T) {
	client := newClient(t, startSandbox(t))
	for _, prefetch := range []bool{false, true} {
		ids := map[string]bool{}
		for connector, err := range client.List(t.Context(), WithPerPage(50), WithPrefetch(prefetch)) {
			if err != nil {
				t.Fatal(err)
			}
			ids[*connector.ID] = true
		}
		if len(ids) != 137 {
			t.Errorf("%d connectors", len(ids))
		}
	}
	rows := 0
	for page, err := range client.Pages(t.Context(), WithPerPage(50)) {
		if err != nil {
			t.Fatal(err)
		}
		if rows += len(page.Connectors); rows == 100 {
			break
		}
	}
	if rows != 100 {
		t.Errorf("%d connectors on two pages", rows)
	}
}

func TestPagerContinuesAtACursor(t *testing.T) {
	client := newClient(t, startSandbox(t))
	first, err := client.ListPage(t.Context(), WithPerPage(50))
	if err != nil {
		t.Fatal(err)
	}
	pager := newPager(t, client, WithPerPage(50), WithStartingAfter(first.NextCursor))
	if pager.Cursor() != first.NextCursor {
		t.Errorf("the cursor is %q", pager.Cursor())
	}
	second, err := pager.Next(t.Context())
	if err != nil || len(second.Connectors) != 50 || pager.Cursor() != second.NextCursor || second.RequestID == "" {
		t.Fatal(second, err)
	}
	third, err := pager.Next(t.Context())
	if err != nil || len(third.Connectors) != 37 || pager.Cursor() != "" {
		t.Fatal(third, err)
	}
	for range 2 {
		if page, err := pager.Next(t.Context()); page != nil || err != io.EOF {
			t.Errorf("at the end Next returns %v, %v", page, err)
		}
	}
}

func TestPagerRequestsTheFailedPageAgain(t *testing.T) {
	client := newClient(t, serveBodies(t, `{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"c"}}}`, `{`,
		`{"data":[{"id":"2"}]}`), WithMaxRetries(0))
	pager := newPager(t, client)
	first, err := pager.Next(t.Context())
	_, failure := pager.Next(t.Context())
	second, again := pager.Next(t.Context())
	if err != nil || !errors.Is(failure, ErrProtocol) || again != nil ||
		*first.Connectors[0].ID != "1" || *second.Connectors[0].ID != "2" {
		t.Errorf("the errors are %v, %v, %v", err, failure, again)
	}
}

func TestRejectsInvalidArguments(t *testing.T) {
	client := newClient(t, "http://127.0.0.1:9")
	for name, option := range map[string]ListOption{
		"too many rows":         WithPerPage(51),
		"rows beyond 32 bits":   WithPerPage(1 << 40),
		"an empty cursor":       WithStartingAfter(""),
		"a NUL in the cursor":   WithStartingAfter("a\x00b"),
		"a cursor not in UTF-8": WithStartingAfter("\xff"),
	} {
		_, page := client.ListPage(t.Context(), option)
		_, pager := client.NewPager(option)
		if !errors.Is(page, ErrInvalidArgument) || !errors.Is(pager, ErrInvalidArgument) {
			t.Errorf("%s: %v, %v", name, page, pager)
		}
	}
	if _, err := client.ListPage(t.Context(), WithPrefetch(true)); !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("ListPage with prefetch returns %v", err)
	}
}
