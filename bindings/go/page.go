package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"
)

// Page is one page of the list, in Go memory.
type Page struct {
	Connectors []Connector
	NextCursor string          // for WithStartingAfter; "" on the last page
	HasNext    bool            // true with an empty NextCursor: the service specified the next page in an unsupported form
	RequestID  string          // the service's request id; "" if it sent none
	RateLimit  RateLimit       // after this request
	JSON       json.RawMessage // the response body, as the service sent it
}

// Connector is a data connector. A field that is missing, null or not of its documented type is nil; see [Value].
type Connector struct {
	Type                *string `json:"type"`
	ID                  *string `json:"id"`
	Name                *string `json:"name"`
	Description         *string `json:"description"`
	State               *string `json:"state"`            // "draft", "live", or one that is added later
	HTTPMethod          *string `json:"http_method"`      // of its requests: "get", "post", …
	DirectFinUsage      *bool   `json:"direct_fin_usage"` // whether Fin may use it directly
	CreatedByAdminID    *string `json:"created_by_admin_id"`
	UpdatedByAdminID    *string `json:"updated_by_admin_id"`
	CreatedAt           *string `json:"created_at"` // as the service sends it: "2025-11-15T09:30:00Z"
	UpdatedAt           *string `json:"updated_at"`
	ExecutionResultsURL *string `json:"execution_results_url"` // a path: "/data_connectors/12345/execution_results"

	CreatedTime time.Time `json:"-"` // CreatedAt in UTC; zero if absent, not an RFC 3339 time, or before 1970
	UpdatedTime time.Time `json:"-"`
	JSON        string    `json:"-"` // the row as the service sent it, including undocumented fields
}

// Value returns the value of a field; "" or false if it is absent.
func Value[T any](field *T) (value T) {
	if field != nil {
		value = *field
	}
	return value
}

// String returns id, state and name in one line.
func (c Connector) String() string {
	return fmt.Sprintf("%s %s %q", Value(c.ID), Value(c.State), Value(c.Name))
}

// newPage converts a native page, and frees it.
func newPage(native *C.dc_page, withJSON bool) *Page {
	defer C.dc_page_free(native)
	var body json.RawMessage
	if withJSON {
		body = pageJSON(native)
	}
	var limit, remaining, reset C.int64_t
	C.dc_page_rate_limit(native, &limit, &remaining, &reset)
	return &Page{
		Connectors: unpack(native),
		NextCursor: C.GoString(C.dc_page_next_cursor(native)),
		HasNext:    C.dc_page_has_next(native) == 1,
		RequestID:  C.GoString(C.dc_page_request_id(native)),
		RateLimit:  newRateLimit(limit, remaining, reset),
		JSON:       body,
	}
}

func pageJSON(native *C.dc_page) json.RawMessage {
	return slices.Clone(borrow(C.dc_page_json(native), C.dc_page_json_len(native)))
}

// The packed rows have these fields, and then the times, the codes and the JSON. A later library may add columns.
const fieldCount = C.DC_FIELD_EXECUTION_RESULTS_URL + 1

// unpack converts all rows of a page, without a native call or an allocation per row.
func unpack(native *C.dc_page) []Connector {
	count := int(C.dc_page_count(native))
	if count == 0 {
		return nil
	}
	var length C.size_t
	packed := C.dc_page_packed_rows(native, C.DC_PACKED_SEPARATED, &length)
	rest := string(borrow(packed, length))
	connectors := make([]Connector, count)
	fields, directFinUsages := make([]string, count*fieldCount), make([]bool, count)
	for i := range connectors {
		var row string
		var others [5]string
		row, rest = cut(rest, 0xff)
		values := fields[i*fieldCount:][:fieldCount]
		for column := range values {
			values[column], row = cut(row, 0xfe)
		}
		for column := range others {
			others[column], row = cut(row, 0xfe)
		}
		directFinUsages[i] = values[C.DC_FIELD_DIRECT_FIN_USAGE] == "true"
		connectors[i] = newConnector(values, &directFinUsages[i], others)
	}
	return connectors
}

// cut returns what precedes a separator, which may be missing, and what follows it.
func cut(value string, separator byte) (before, after string) {
	if position := strings.IndexByte(value, separator); position >= 0 {
		return value[:position], value[position+1:]
	}
	return value, ""
}

// borrow returns a native string without copying it.
func borrow(text *C.char, length C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(text)), length)
}

// newConnector keeps pointers to values and usage.
func newConnector(values []string, usage *bool, others [5]string) Connector {
	text := func(field int) *string {
		if values[field] == "\xfd" {
			return nil
		}
		return &values[field]
	}
	at := func(milliseconds string) (result time.Time) {
		if ms, err := strconv.ParseInt(milliseconds, 10, 64); err == nil {
			result = time.UnixMilli(ms).UTC()
		}
		return result
	}
	if text(C.DC_FIELD_DIRECT_FIN_USAGE) == nil {
		usage = nil
	}
	return Connector{
		Type:                text(C.DC_FIELD_TYPE),
		ID:                  text(C.DC_FIELD_ID),
		Name:                text(C.DC_FIELD_NAME),
		Description:         text(C.DC_FIELD_DESCRIPTION),
		State:               text(C.DC_FIELD_STATE),
		HTTPMethod:          text(C.DC_FIELD_HTTP_METHOD),
		DirectFinUsage:      usage,
		CreatedByAdminID:    text(C.DC_FIELD_CREATED_BY_ADMIN_ID),
		UpdatedByAdminID:    text(C.DC_FIELD_UPDATED_BY_ADMIN_ID),
		CreatedAt:           text(C.DC_FIELD_CREATED_AT),
		UpdatedAt:           text(C.DC_FIELD_UPDATED_AT),
		ExecutionResultsURL: text(C.DC_FIELD_EXECUTION_RESULTS_URL),
		CreatedTime:         at(others[0]),
		UpdatedTime:         at(others[1]),
		JSON:                others[4],
	}
}
