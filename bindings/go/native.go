package dataconnectors

/*
#cgo pkg-config: data_connectors
#include <data_connectors.h>
#include <stdlib.h>

#if DC_ABI_VERSION != 1
#error "this package is for ABI version 1 of libdata_connectors: install that one, or another version of this package"
#endif
*/
import "C"

import (
	"fmt"
	"strings"
	"sync"
	"unsafe"
)

// abiVersion is the one that this package was written for.
const abiVersion = 1

// libraryProblem says what is wrong with the library that was loaded; asked once.
var libraryProblem = sync.OnceValue(func() error {
	return abiProblem(int32(C.dc_abi_version()), C.GoString(C.dc_version()))
})

func abiProblem(abi int32, version string) error {
	if abi == abiVersion {
		return nil
	}
	return fmt.Errorf("dataconnectors: the libdata_connectors that was loaded is version %s with ABI version %d, "+
		"and this package needs ABI version %d: install that one, or another version of this package",
		version, abi, abiVersion)
}

// LibraryVersion is the version of the native library that was loaded, such as "0.1.0".
func LibraryVersion() string {
	return C.GoString(C.dc_version())
}

// withText lends text to C. A NUL, where C would cut it short, is refused. The copy is wiped: it may be a secret.
func withText(name, text string, use func(*C.char) error) error {
	if strings.IndexByte(text, 0) >= 0 {
		return refused("%s has a NUL character in it", name)
	}
	lent := C.CString(text)
	defer func() {
		clear(unsafe.Slice((*byte)(unsafe.Pointer(lent)), len(text)))
		C.free(unsafe.Pointer(lent))
	}()
	return use(lent)
}

// copied is a text of C's, which may have NULs in it, as one of Go's.
func copied(text *C.char, length C.size_t) string {
	return strings.Clone(unsafe.String((*byte)(unsafe.Pointer(text)), int(length)))
}

// known is a number of C's, where a negative one means that there is none.
func known(number C.int64_t) *int64 {
	if number < 0 {
		return nil
	}
	given := int64(number)
	return &given
}
