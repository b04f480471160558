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
func newPage(native *C.dc_page) *Page {
	defer C.dc_page_free(native)
	var limit, remaining, reset C.int64_t
	C.dc_page_rate_limit(native, &limit, &remaining, &reset)
	return &Page{
		Connectors: unpack(native),
		NextCursor: C.GoString(C.dc_page_next_cursor(native)),
		HasNext:    C.dc_page_has_next(native) == 1,
		RequestID:  C.GoString(C.dc_page_request_id(native)),
		RateLimit:  newRateLimit(limit, remaining, reset),
		JSON:       pageJSON(native),
	}
}

func pageJSON(native *C.dc_page) json.RawMessage {
	return slices.Clone(borrow(C.dc_page_json(native), C.dc_page_json_len(native)))
}

// unpack converts all rows of a page, without a native call per row.
func unpack(native *C.dc_page) (connectors []Connector) {
	if count := C.dc_page_count(native); count > 0 {
		var length C.size_t
		packed := C.dc_page_packed_rows(native, C.DC_PACKED_SEPARATED, &length)
		connectors = make([]Connector, 0, count)
		for row := range strings.SplitSeq(string(borrow(packed, length)), "\xff") {
			connectors = append(connectors, newConnector(strings.Split(row, "\xfe")))
		}
	}
	return connectors
}

// borrow returns a native string without copying it.
func borrow(text *C.char, length C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(text)), length)
}

// newConnector converts the columns of DC_PACKED_SEPARATED. A later library may add some at the end.
func newConnector(columns []string) Connector {
	text := func(column int) *string {
		if columns[column] == "\xfd" {
			return nil
		}
		return &columns[column]
	}
	at := func(column int) (result time.Time) {
		if ms, err := strconv.ParseInt(columns[column], 10, 64); err == nil {
			result = time.UnixMilli(ms).UTC()
		}
		return result
	}
	connector := Connector{
		Type:                text(C.DC_FIELD_TYPE),
		ID:                  text(C.DC_FIELD_ID),
		Name:                text(C.DC_FIELD_NAME),
		Description:         text(C.DC_FIELD_DESCRIPTION),
		State:               text(C.DC_FIELD_STATE),
		HTTPMethod:          text(C.DC_FIELD_HTTP_METHOD),
		CreatedByAdminID:    text(C.DC_FIELD_CREATED_BY_ADMIN_ID),
		UpdatedByAdminID:    text(C.DC_FIELD_UPDATED_BY_ADMIN_ID),
		CreatedAt:           text(C.DC_FIELD_CREATED_AT),
		UpdatedAt:           text(C.DC_FIELD_UPDATED_AT),
		ExecutionResultsURL: text(C.DC_FIELD_EXECUTION_RESULTS_URL),
		CreatedTime:         at(12),
		UpdatedTime:         at(13),
		JSON:                columns[16],
	}
	if fin := text(C.DC_FIELD_DIRECT_FIN_USAGE); fin != nil {
		usage := *fin == "true"
		connector.DirectFinUsage = &usage
	}
	return connector
}
