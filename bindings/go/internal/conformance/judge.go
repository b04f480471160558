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

// judge says what of an outcome is not as the case expects.
func judge(c testCase, o outcome) error {
	if o.err != nil {
		say("%v\n%+v\n%#v", o.err, o.err, o.err)
	}
	wanted, _ := c.Expect["error"].(map[string]any)
	if err := judgeError(o.err, wanted); err != nil {
		return err
	}
	took, least, most := o.took.Milliseconds(), int64(0), int64(10_000)
	for name, value := range c.Expect {
		var err error
		switch name {
		case "error":
		case "least_ms":
			least, err = value.(json.Number).Int64()
		case "most_ms":
			most, err = value.(json.Number).Int64()
		case "rows":
			err = judgeRows(o.rows, value.([]any))
		case "ids":
			ids := []any{}
			for _, row := range o.rows {
				ids = append(ids, field(row.ID))
			}
			err = check(name, ids, value)
		case "pages":
			err = check(name, len(o.pages), value)
		default:
			err = judgePage(o.pages, name, value)
		}
		if err != nil {
			return err
		}
	}
	if took < least || took > most {
		return fmt.Errorf("it took %d ms, and not %d to %d", took, least, most)
	}
	return nil
}

func judgePage(pages []*dc.Page, name string, wanted any) error {
	if len(pages) == 0 {
		return fmt.Errorf("%s is of a page, and there is none", name)
	}
	page := pages[len(pages)-1]
	switch name {
	case "next_cursor":
		return check(name, given(page.NextCursor), wanted)
	case "request_id":
		return check(name, given(page.RequestID), wanted)
	}
	return judgeLimit(page.RateLimit, name, wanted)
}

func judgeLimit(limit dc.RateLimit, name string, wanted any) error {
	switch name {
	case "rate_limit":
		return check(name, field(limit.Limit), wanted)
	case "rate_limit_remaining":
		return check(name, field(limit.Remaining), wanted)
	case "rate_limit_reset":
		var reset any
		if !limit.Reset.IsZero() {
			reset = limit.Reset.Unix()
		}
		return check(name, reset, wanted)
	}
	return fmt.Errorf("this runner doesn't know the expected %s", name)
}

func judgeError(err error, wanted map[string]any) error {
	if err == nil || wanted == nil {
		if err != nil || wanted != nil {
			return fmt.Errorf("the error is %v, and not %v", err, wanted)
		}
		return nil
	}
	failure := &dc.Error{}
	if !errors.As(err, &failure) && !errors.Is(err, dc.ErrClosed) {
		return fmt.Errorf("%q is neither an Error nor ErrClosed", err)
	}
	for name, value := range wanted {
		if err := judgePart(err, failure, name, value); err != nil {
			return err
		}
	}
	return nil
}

func judgePart(err error, failure *dc.Error, name string, wanted any) error {
	var got any
	switch name {
	case "status":
		got = failure.Status.Name()
		if failure.Status == 0 && strings.Contains(err.Error(), "closed") {
			got = "closed"
		}
		return check(fmt.Sprintf("the status of %q", err), got, wanted)
	case "says":
		for _, part := range wanted.([]any) {
			if !strings.Contains(err.Error(), part.(string)) {
				return fmt.Errorf("%q has no %q", err, part)
			}
		}
		return nil
	case "http_status":
		if failure.HTTPStatus != 0 {
			got = failure.HTTPStatus
		}
	case "api_code":
		got = given(failure.APICode)
	case "api_field":
		got = given(failure.APIField)
	case "request_id":
		got = given(failure.RequestID)
	case "retry_after_ms":
		if failure.RetryAfter != nil {
			got = failure.RetryAfter.Milliseconds()
		}
	case "attempts":
		got = failure.Attempts
	default:
		return judgeLimit(failure.RateLimit, name, wanted)
	}
	return check(name, got, wanted)
}

func judgeRows(rows []dc.Connector, wanted []any) error {
	if len(rows) != len(wanted) {
		return fmt.Errorf("there are %d rows, and not %d", len(rows), len(wanted))
	}
	for i, row := range rows {
		fields := fieldsOf(row)
		for name, value := range wanted[i].(map[string]any) {
			got, ok := fields[name]
			if !ok {
				return fmt.Errorf("this runner doesn't know a row's %s", name)
			}
			if err := check(fmt.Sprintf("%s of row %d", name, i), got, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// fieldsOf is a row by the names that the cases use.
func fieldsOf(row dc.Connector) map[string]any {
	return map[string]any{
		"type": field(row.Type), "id": field(row.ID), "name": field(row.Name), "description": field(row.Description),
		"state": field(row.State), "http_method": field(row.HTTPMethod), "direct_fin_usage": field(row.DirectFinUsage),
		"created_by_admin_id": field(row.CreatedByAdminID), "updated_by_admin_id": field(row.UpdatedByAdminID),
		"created_at": field(row.CreatedAt), "updated_at": field(row.UpdatedAt),
		"execution_results_url": field(row.ExecutionResultsURL),
		"created_at_ms":         moment(row.CreatedTime), "updated_at_ms": moment(row.UpdatedTime),
		"state_code": code(row.StateCode), "http_method_code": code(row.HTTPMethodCode),
	}
}

func field[T any](pointer *T) any {
	if pointer == nil {
		return nil
	}
	return *pointer
}

func given(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func moment(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UnixMilli()
}

func code[T dc.State | dc.Method](number T) any {
	if number < 0 {
		return nil
	}
	return int32(number)
}

// check compares as JSON does: a number is a number.
func check(what string, got, wanted any) error {
	written, err := json.Marshal(got)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(string(written)))
	decoder.UseNumber()
	var same any
	if err := decoder.Decode(&same); err != nil {
		return err
	}
	if !reflect.DeepEqual(same, wanted) {
		return fmt.Errorf("%s is %v, and not %v", what, same, wanted)
	}
	return nil
}

// say prints what a user could come to see, for run.py to look for the token in.
func say(format string, values ...any) {
	for line := range strings.Lines(fmt.Sprintf(format, values...)) {
		fmt.Printf("# %s\n", strings.TrimRight(line, "\n"))
	}
}
