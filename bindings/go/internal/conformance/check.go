package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	dc "dataconnectors"
)

// check returns how an outcome differs from the expected one.
func check(expect map[string]any, o outcome) error {
	if o.err != nil {
		comment("%v\n%+v\n%#v", o.err, o.err, o.err)
	}
	expectedError, _ := expect["error"].(map[string]any)
	if (o.err == nil) != (expectedError == nil) {
		return fmt.Errorf("the error is %v, expected %v", o.err, expectedError)
	}
	if err := checkError(o.err, expectedError); err != nil {
		return err
	}
	actual := map[string]any{"pages": len(o.pages)}
	if len(o.pages) > 0 {
		page := o.pages[len(o.pages)-1]
		actual["next_cursor"], actual["request_id"] = nullable(page.NextCursor), nullable(page.RequestID)
		addRateLimit(actual, page.RateLimit)
	}
	if o.snapshot != nil {
		actual["state"], actual["as_of_ms"] = o.snapshot.State.String(), milliseconds(o.snapshot.AsOf)
	}
	ids := []any{}
	for _, row := range o.rows {
		ids = append(ids, row.ID)
	}
	actual["ids"] = ids
	shortest, longest := json.Number("0"), json.Number("10000")
	for name, expected := range expect {
		var err error
		switch name {
		case "error":
		case "min_ms":
			shortest = expected.(json.Number)
		case "max_ms":
			longest = expected.(json.Number)
		case "rows":
			err = checkRows(o.rows, expected.([]any))
		case "reason":
			err = checkReason(o.snapshot, expected)
		case "stored_contains":
			err = checkContains(name, string(o.stored), expected.([]any))
		case "diff":
			err = checkDiff(o.diff, expected.(map[string]any))
		default:
			err = compare(name, actual, expected)
		}
		if err != nil {
			return err
		}
	}
	least, _ := shortest.Int64()
	most, _ := longest.Int64()
	if took := o.took.Milliseconds(); took < least || took > most {
		return fmt.Errorf("the call took %d ms, expected %d to %d", took, least, most)
	}
	return nil
}

func checkError(err error, expect map[string]any) error {
	var failure dc.Error
	if e := (*dc.Error)(nil); errors.As(err, &e) {
		failure = *e
	}
	actual := map[string]any{
		"status": failure.Status.Name(), "http_status": nullable(failure.HTTPStatus),
		"api_code": nullable(failure.APICode), "api_field": nullable(failure.APIField),
		"request_id": nullable(failure.RequestID), "attempts": failure.Attempts, "retry_after_ms": nil,
	}
	if err == dc.ErrClosed && strings.Contains(err.Error(), "closed") {
		actual["status"] = "closed"
	}
	if failure.RetryAfter != nil {
		actual["retry_after_ms"] = failure.RetryAfter.Milliseconds()
	}
	addRateLimit(actual, failure.RateLimit)
	for name, expected := range expect {
		if name != "message" {
			if err := compare(name, actual, expected); err != nil {
				return err
			}
			continue
		}
		if err := checkContains(name, err.Error(), expected.([]any)); err != nil {
			return err
		}
	}
	return nil
}

func checkContains(name, text string, parts []any) error {
	for _, part := range parts {
		if !strings.Contains(text, part.(string)) {
			return fmt.Errorf("the %s %q lacks %q", name, text, part)
		}
	}
	return nil
}

func checkReason(snapshot *dc.Snapshot, expected any) error {
	if parts, ok := expected.([]any); ok && snapshot != nil {
		return checkContains("reason", snapshot.Reason, parts)
	}
	if snapshot == nil || snapshot.Reason != "" {
		return fmt.Errorf("the reason is that of %+v, expected none", snapshot)
	}
	return nil
}

func checkDiff(diff *dc.Diff, expect map[string]any) error {
	if diff == nil {
		return errors.New("there is no diff")
	}
	changed := map[string][]string{}
	for _, change := range diff.Changed {
		changed[change.ID] = change.Fields
		if ids := idsOf([]json.RawMessage{change.Old, change.New}); !reflect.DeepEqual(ids, []string{change.ID, change.ID}) ||
			reflect.DeepEqual(change.Old, change.New) {
			return fmt.Errorf("changed: the rows of %s are %s and %s", change.ID, change.Old, change.New)
		}
	}
	actual := map[string]any{"added": idsOf(diff.Added), "changed": changed, "removed": idsOf(diff.Removed)}
	for name, expected := range expect {
		if err := compare(name, actual, expected); err != nil {
			return err
		}
	}
	return nil
}

// idsOf returns the ids of rows; nil for nil.
func idsOf(rows []json.RawMessage) (ids []string) {
	if rows != nil {
		ids = []string{}
	}
	for _, row := range rows {
		var connector dc.Connector
		if err := json.Unmarshal(row, &connector); err != nil {
			return []string{err.Error()}
		}
		ids = append(ids, dc.Value(connector.ID))
	}
	return ids
}

func checkRows(rows []dc.Connector, expect []any) error {
	if len(rows) != len(expect) {
		return fmt.Errorf("%d rows, expected %d", len(rows), len(expect))
	}
	for i, row := range rows {
		actual := map[string]any{
			"created_at_ms": milliseconds(row.CreatedTime), "updated_at_ms": milliseconds(row.UpdatedTime),
		}
		encoded, _ := json.Marshal(row)
		if err := json.Unmarshal(encoded, &actual); err != nil {
			return err
		}
		for name, expected := range expect[i].(map[string]any) {
			if name == "state_code" || name == "http_method_code" {
				continue // Go has the strings
			}
			if err := compare(name, actual, expected); err != nil {
				return fmt.Errorf("row %d: %w", i, err)
			}
		}
	}
	return nil
}

func addRateLimit(actual map[string]any, limit dc.RateLimit) {
	actual["rate_limit"], actual["rate_limit_remaining"], actual["rate_limit_reset"] = limit.Limit, limit.Remaining, nil
	if !limit.Reset.IsZero() {
		actual["rate_limit_reset"] = limit.Reset.Unix()
	}
}

// nullable returns nil for a zero value.
func nullable[T comparable](value T) any {
	var zero T
	if value == zero {
		return nil
	}
	return value
}

func milliseconds(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UnixMilli()
}

// compare compares the JSON of two values.
func compare(name string, actual map[string]any, expected any) error {
	value, ok := actual[name]
	if !ok {
		return fmt.Errorf("unknown or missing %s", name)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var decoded any
	decoder := json.NewDecoder(strings.NewReader(string(encoded)))
	decoder.UseNumber()
	if err := decoder.Decode(&decoded); err != nil {
		return err
	}
	if !reflect.DeepEqual(decoded, expected) {
		return fmt.Errorf("%s is %v, expected %v", name, decoded, expected)
	}
	return nil
}

// comment prints all text that users can see; run.py searches it for secrets.
func comment(format string, values ...any) {
	for line := range strings.Lines(fmt.Sprintf(format, values...)) {
		fmt.Printf("# %s\n", strings.TrimRight(line, "\n"))
	}
}
