package dataconnectors

/*
#include <data_connectors.h>
#include <stdlib.h>

typedef const char const_char;
extern void data_connectors_go_log(void *logger, int32_t level, const_char *message);
extern void data_connectors_go_destroy(void *logger);
*/
import "C"

import (
	"context"
	"log/slog"
	"runtime/cgo"
	"unsafe"
)

// logLevel converts DC_LOG_ERROR (1) to DC_LOG_DEBUG (4). The levels of slog are 4 apart.
func logLevel(native C.int32_t) slog.Level {
	return slog.LevelError - 4*slog.Level(native-C.DC_LOG_ERROR)
}

// setLogger requests the log lines of the levels that are enabled now.
func setLogger(config *C.dc_config, logger *slog.Logger) error {
	level := C.int32_t(C.DC_LOG_DEBUG)
	for logger != nil && level >= C.DC_LOG_ERROR && !logger.Enabled(context.Background(), logLevel(level)) {
		level--
	}
	if logger == nil || level < C.DC_LOG_ERROR {
		return nil
	}
	handle := C.malloc(C.sizeof_uintptr_t)
	*(*cgo.Handle)(handle) = cgo.NewHandle(logger)
	log, destroy := C.dc_log_callback(C.data_connectors_go_log), C.dc_destroy_callback(C.data_connectors_go_destroy)
	return check(func(failure **C.dc_error) C.dc_status {
		return C.dc_config_set_logger(config, level, log, handle, destroy, failure)
	})
}

//export data_connectors_go_log
func data_connectors_go_log(handle unsafe.Pointer, level C.int32_t, message *C.const_char) {
	defer func() { _ = recover() }() // a panic must not unwind the library
	logger := (*cgo.Handle)(handle).Value().(*slog.Logger)
	logger.Log(context.Background(), logLevel(level), C.GoString((*C.char)(message)))
}

//export data_connectors_go_destroy
func data_connectors_go_destroy(handle unsafe.Pointer) {
	(*cgo.Handle)(handle).Delete()
	C.free(handle)
}
