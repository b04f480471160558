package dataconnectors

/*
#include <data_connectors.h>

// Go's functions are exported in log_exported.go; C's types are other than theirs, and a number is no pointer.
extern void data_connectors_go_log(uintptr_t logger, int32_t level, char *message);
extern void data_connectors_go_destroy(uintptr_t logger);

static void log_line(void *logger, int32_t level, const char *message)
{
	data_connectors_go_log((uintptr_t)logger, level, (char *)message);
}

static void destroy_logger(void *logger)
{
	data_connectors_go_destroy((uintptr_t)logger);
}

static dc_status set_logger(dc_config *config, int32_t level, uintptr_t logger, dc_error **failure)
{
	return dc_config_set_logger(config, level, log_line, (void *)logger, destroy_logger, failure);
}
*/
import "C"

import (
	"context"
	"log/slog"
	"runtime/cgo"
)

// levels are the library's log levels, from the quietest on, as slog has them.
var levels = []struct {
	native C.int32_t
	slog   slog.Level
}{
	{C.DC_LOG_ERROR, slog.LevelError},
	{C.DC_LOG_WARN, slog.LevelWarn},
	{C.DC_LOG_INFO, slog.LevelInfo},
	{C.DC_LOG_DEBUG, slog.LevelDebug},
}

// setLogger asks for the lines that the logger would write now; for none where it writes none.
func setLogger(config *C.dc_config, logger *slog.Logger) error {
	wanted := C.int32_t(0)
	for _, level := range levels {
		if logger != nil && logger.Enabled(context.Background(), level.slog) {
			wanted = level.native
		}
	}
	if wanted == 0 {
		return tried(func(failure **C.dc_error) C.dc_status {
			return C.dc_config_set_logger(config, C.DC_LOG_ERROR, nil, nil, nil, failure)
		})
	}
	handle := cgo.NewHandle(logger)
	err := tried(func(failure **C.dc_error) C.dc_status {
		return C.set_logger(config, wanted, C.uintptr_t(handle), failure)
	})
	if err != nil {
		handle.Delete()
	}
	return err
}

func writeLine(logger *slog.Logger, native int32, message string) {
	defer func() { _ = recover() }() // a panic must not unwind through the library
	level := slog.LevelError
	for _, known := range levels {
		if int32(known.native) == native {
			level = known.slog
		}
	}
	logger.Log(context.Background(), level, message)
}
