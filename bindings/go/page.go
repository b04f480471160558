package dataconnectors

// #include <data_connectors.h>
import "C"

import (
	"bytes"
	"encoding/json"
	"unsafe"
)

// Page is one page of the list: a plain value, without a native part.
type Page struct {
	Connectors []Connector
	NextCursor string          // what [WithStartingAfter] takes; "": the last page, see HasNext
	HasNext    bool            // true while NextCursor is "" only where the service named a next page unusably
	RequestID  string          // the service's id for the request; "": none
	RateLimit  RateLimit       // what its headers said
	JSON       json.RawMessage // the answer, byte for byte as the service sent it
}

// pageTaken makes a Page of a native one, and frees that.
func pageTaken(native *C.dc_page) *Page {
	defer C.dc_page_free(native)
	var limit, remaining, reset C.int64_t
	C.dc_page_rate_limit(native, &limit, &remaining, &reset)
	page := &Page{
		NextCursor: C.GoString(C.dc_page_next_cursor(native)),
		HasNext:    C.dc_page_has_next(native) == 1,
		RequestID:  C.GoString(C.dc_page_request_id(native)),
		RateLimit:  rateLimit(limit, remaining, reset),
		JSON: bytes.Clone(unsafe.Slice(
			(*byte)(unsafe.Pointer(C.dc_page_json(native))), C.dc_page_json_len(native))),
	}
	if count := int(C.dc_page_count(native)); count > 0 {
		var length C.size_t
		packed := C.dc_page_packed_rows(native, C.DC_PACKED_SEPARATED, &length)
		page.Connectors = rows(copied(packed, length), count)
	}
	return page
}
