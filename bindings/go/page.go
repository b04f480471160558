package dataconnectors

/*
#include <data_connectors.h>

// Four numbers of each row in one step from Go into C.
static void numbers_of_rows(const dc_page *page, size_t count, int64_t *numbers)
{
	for (size_t i = 0; i < count; i++) {
		const dc_connector *row = dc_page_connector(page, i);
		*numbers++ = dc_connector_created_at_ms(row);
		*numbers++ = dc_connector_updated_at_ms(row);
		*numbers++ = dc_connector_state_code(row);
		*numbers++ = dc_connector_http_method_code(row);
	}
}
*/
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
	count := int(C.dc_page_count(native))
	page := &Page{
		NextCursor: C.GoString(C.dc_page_next_cursor(native)),
		HasNext:    C.dc_page_has_next(native) == 1,
		RequestID:  C.GoString(C.dc_page_request_id(native)),
		RateLimit: rateLimit(C.dc_page_rate_limit(native), C.dc_page_rate_limit_remaining(native),
			C.dc_page_rate_limit_reset(native)),
		JSON: bytes.Clone(unsafe.Slice(
			(*byte)(unsafe.Pointer(C.dc_page_json(native))), C.dc_page_json_len(native))),
	}
	if count > 0 {
		numbers := make([]C.int64_t, 4*count)
		C.numbers_of_rows(native, C.size_t(count), &numbers[0])
		page.Connectors = rows(copied(C.dc_page_table(native), C.dc_page_table_len(native)), count)
		for i := range page.Connectors {
			page.Connectors[i].number(numbers[4*i : 4*i+4])
		}
	}
	return page
}

func (c *Connector) number(numbers []C.int64_t) {
	c.CreatedTime, c.UpdatedTime = moment(numbers[0]), moment(numbers[1])
	c.StateCode, c.HTTPMethodCode = State(numbers[2]), Method(numbers[3])
}
