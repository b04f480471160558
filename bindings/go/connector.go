package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"strconv"
	"strings"
	"time"
)

// Connector is a data connector: a plain value. A field that the service left out, or gave as null or as something
// else than documented, is nil; [Value] makes "" of that. Copies share what the pointers lead to: don't write there.
type Connector struct {
	Type                *string `json:"type"` // "data_connector"
	ID                  *string `json:"id"`   // digits
	Name                *string `json:"name"`
	Description         *string `json:"description"`
	State               *string `json:"state"`            // "draft" or "live"; other values may come
	HTTPMethod          *string `json:"http_method"`      // of the request that it makes: "get", "post", …
	DirectFinUsage      *bool   `json:"direct_fin_usage"` // whether it is assigned to Fin for direct usage
	CreatedByAdminID    *string `json:"created_by_admin_id"`
	UpdatedByAdminID    *string `json:"updated_by_admin_id"`
	CreatedAt           *string `json:"created_at"` // as the service writes it: "2025-11-15T09:30:00Z"
	UpdatedAt           *string `json:"updated_at"`
	ExecutionResultsURL *string `json:"execution_results_url"` // a path: "/data_connectors/12345/execution_results"

	CreatedTime    time.Time `json:"-"` // CreatedAt in UTC, to the millisecond; zero: absent, no time, or before 1970
	UpdatedTime    time.Time `json:"-"` // UpdatedAt, likewise
	StateCode      State     `json:"-"`
	HTTPMethodCode Method    `json:"-"`
	JSON           string    `json:"-"` // the row, byte for byte as the service sent it, unknown fields and all
}

// State is [Connector.State] as a number.
type State int32

// The states that this version knows.
const (
	StateAbsent  State = -1
	StateUnknown State = C.DC_STATE_UNKNOWN // the text says what it is
	StateDraft   State = C.DC_STATE_DRAFT
	StateLive    State = C.DC_STATE_LIVE
)

// Method is [Connector.HTTPMethod] as a number.
type Method int32

// The methods that this version knows.
const (
	MethodAbsent  Method = -1
	MethodUnknown Method = C.DC_HTTP_METHOD_UNKNOWN // the text says what it is
	MethodGet     Method = C.DC_HTTP_METHOD_GET
	MethodPost    Method = C.DC_HTTP_METHOD_POST
	MethodPut     Method = C.DC_HTTP_METHOD_PUT
	MethodDelete  Method = C.DC_HTTP_METHOD_DELETE
	MethodPatch   Method = C.DC_HTTP_METHOD_PATCH
)

// Value is what a field holds: "" or false for one that is nil.
func Value[T any](field *T) T {
	if field == nil {
		var zero T
		return zero
	}
	return *field
}

// The bytes of packed rows that UTF-8 does not contain.
const (
	rowSeparator    = "\xff"
	columnSeparator = "\xfe"
	absent          = "\xfd"
)

// rows splits the packed rows of a page. Its columns are the fields in the order of DC_FIELD_…, two times, two codes
// and the row's JSON; a later library may add some behind them.
func rows(packed string, count int) []Connector {
	connectors := make([]Connector, 0, count)
	for row := range strings.SplitSeq(packed, rowSeparator) {
		columns := strings.Split(row, columnSeparator)
		text := func(i int) *string {
			if columns[i] == absent {
				return nil
			}
			return &columns[i]
		}
		connector := Connector{
			Type: text(0), ID: text(1), Name: text(2), Description: text(3), State: text(4), HTTPMethod: text(5),
			CreatedByAdminID: text(7), UpdatedByAdminID: text(8), CreatedAt: text(9), UpdatedAt: text(10),
			ExecutionResultsURL: text(11), CreatedTime: moment(number(columns[12])), UpdatedTime: moment(number(columns[13])),
			StateCode: State(number(columns[14])), HTTPMethodCode: Method(number(columns[15])), JSON: columns[16],
		}
		if fin := text(6); fin != nil {
			yes := *fin == "true"
			connector.DirectFinUsage = &yes
		}
		connectors = append(connectors, connector)
	}
	return connectors
}

// number parses a column of decimal digits; -1 if it is absent.
func number(column string) int64 {
	if column == absent {
		return -1
	}
	value, _ := strconv.ParseInt(column, 10, 64)
	return value
}

// moment is the time of milliseconds since 1970; the zero time where there is none.
func moment(ms int64) time.Time {
	if ms < 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
