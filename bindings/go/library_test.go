package dataconnectors

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// described parses abi/data_connectors.json, the description of the header. Macros of options have no number.
func described(t *testing.T) (constants map[string]int, functions map[string]any) {
	t.Helper()
	text, err := os.ReadFile("../../abi/data_connectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var header struct {
		Constants map[string]int
		Functions map[string]any
		Options   []struct{ Name string }
	}
	if err := json.Unmarshal(text, &header); err != nil {
		t.Fatal(err)
	}
	for _, option := range header.Options {
		header.Constants["DC_OPTION_"+strings.ToUpper(option.Name)] = 0
	}
	return header.Constants, header.Functions
}

// The compiler checks types by the installed header; this checks that the names are those of this repository's.
func TestUsesOnlyWhatTheHeaderHas(t *testing.T) {
	constants, functions := described(t)
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	used := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`\bdc_\w+\(`).FindAllString(string(text), -1) {
			name := strings.TrimSuffix(found, "(")
			used[name] = true
			if functions[name] == nil && name != "dc_status" { // a conversion
				t.Errorf("%s uses %s, which the header does not have", file, name)
			}
		}
		for _, found := range regexp.MustCompile(`C\.(DC_\w+)`).FindAllStringSubmatch(string(text), -1) {
			if _, ok := constants[found[1]]; !ok {
				t.Errorf("%s uses %s, which the header does not have", file, found[1])
			}
		}
	}
	if !used["dc_list_page"] || !used["dc_page_packed_rows"] {
		t.Errorf("the test does not find the functions any more: %v", used)
	}
}

func TestConstantsAreTheHeaders(t *testing.T) {
	constants, _ := described(t)
	own := map[string]int{
		"DC_ABI_VERSION":          abiVersion,
		"DC_ERR_INVALID_ARGUMENT": int(ErrInvalidArgument), "DC_ERR_CONNECTION": int(ErrConnection),
		"DC_ERR_TIMEOUT": int(ErrTimeout), "DC_ERR_TLS": int(ErrTLS), "DC_ERR_UNAUTHORIZED": int(ErrUnauthorized),
		"DC_ERR_FORBIDDEN": int(ErrForbidden), "DC_ERR_RATE_LIMITED": int(ErrRateLimited),
		"DC_ERR_BAD_REQUEST": int(ErrBadRequest), "DC_ERR_SERVER": int(ErrServer),
		"DC_ERR_PROTOCOL": int(ErrProtocol), "DC_ERR_TOO_LARGE": int(ErrTooLarge), "DC_ERR_PANIC": int(ErrPanic),
		"DC_ERR_CANCELLED": int(ErrCancelled), "DC_ERR_SYSTEM": int(ErrSystem), "DC_ERR_PROXY": int(ErrProxy),
		"DC_LOG_ERROR": int(levels[0].native), "DC_LOG_WARN": int(levels[1].native),
		"DC_LOG_INFO": int(levels[2].native), "DC_LOG_DEBUG": int(levels[3].native),
		"DC_STATE_UNKNOWN": int(StateUnknown), "DC_STATE_DRAFT": int(StateDraft), "DC_STATE_LIVE": int(StateLive),
		"DC_HTTP_METHOD_UNKNOWN": int(MethodUnknown), "DC_HTTP_METHOD_GET": int(MethodGet),
		"DC_HTTP_METHOD_POST": int(MethodPost), "DC_HTTP_METHOD_PUT": int(MethodPut),
		"DC_HTTP_METHOD_DELETE": int(MethodDelete), "DC_HTTP_METHOD_PATCH": int(MethodPatch),
	}
	elsewhere := regexp.MustCompile(`^DC_(VERSION_\w+|OK|DONE|INFO_\w+|PACKED_\w+|FIELD_\w+|OPTION_\w+)$`)
	for name, number := range constants {
		if mine, ok := own[name]; !elsewhere.MatchString(name) && (!ok || mine != number) {
			t.Errorf("%s is %d here (%v), and %d in the header", name, mine, ok, number)
		}
	}
	for name := range own {
		if _, ok := constants[name]; !ok {
			t.Errorf("the header has no %s", name)
		}
	}
}

func TestRefusesAnotherABIVersion(t *testing.T) {
	if err := libraryProblem(); err != nil {
		t.Fatal(err)
	}
	err := abiProblem(2, "9.9.9")
	if err == nil || !strings.Contains(err.Error(), "9.9.9") || !strings.Contains(err.Error(), "ABI version 2") {
		t.Errorf("it says %v", err)
	}
}

func TestTellsItsVersionAndNames(t *testing.T) {
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(LibraryVersion()) {
		t.Errorf("the version is %q", LibraryVersion())
	}
	if ErrTimeout.Name() != "DC_ERR_TIMEOUT" || Status(-999).Name() != "DC_UNKNOWN" {
		t.Errorf("the names are %s, %s", ErrTimeout.Name(), Status(-999).Name())
	}
}
