package dataconnectors

// #include <stdint.h>
import "C"

import (
	"log/slog"
	"runtime/cgo"
)

//export data_connectors_go_log
func data_connectors_go_log(logger C.uintptr_t, level C.int32_t, message *C.char) {
	writeLine(cgo.Handle(logger).Value().(*slog.Logger), int32(level), C.GoString(message))
}

//export data_connectors_go_destroy
func data_connectors_go_destroy(logger C.uintptr_t) {
	cgo.Handle(logger).Delete()
}
