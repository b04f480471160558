package dataconnectors

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The compiler checks the names and types that are used; this checks that nothing is missing.
func TestStatusesStatesLevelsAndFieldsAreThoseOfTheHeader(t *testing.T) {
	text, err := os.ReadFile("../../abi/data_connectors.json")
	var header struct {
		Constants map[string]int
		Fields    []string
	}
	if err == nil {
		err = json.Unmarshal(text, &header)
	}
	if err != nil {
		t.Fatal(err)
	}
	var sources strings.Builder
	files, _ := filepath.Glob("*.go")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		sources.Write(text)
	}
	checked := regexp.MustCompile("^DC_(ERR|FIELD|SNAPSHOT)_")
	for name := range header.Constants {
		if checked.MatchString(name) && !strings.Contains(sources.String(), "C."+name) {
			t.Errorf("%s is missing", name)
		}
	}
	var fields []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Connector]()) {
		if name := field.Tag.Get("json"); name != "-" {
			fields = append(fields, name)
		}
	}
	if !slices.Equal(fields, header.Fields) || len(fields) == 0 {
		t.Errorf("the fields are %v, expected %v", fields, header.Fields)
	}
	if first, last := header.Constants["DC_LOG_ERROR"], header.Constants["DC_LOG_DEBUG"]; first != 1 || last != 4 {
		t.Errorf("the log levels are %d to %d", first, last)
	}
}

func TestStateOfALaterLibraryIsUnknown(t *testing.T) {
	if SnapshotRefreshed.String() != "refreshed" || SnapshotState(3).String() != "unknown" {
		t.Errorf("the states are %s, %s", SnapshotRefreshed, SnapshotState(3))
	}
}

func TestReportsVersionAndStatusNames(t *testing.T) {
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(LibraryVersion()) {
		t.Errorf("the version is %q", LibraryVersion())
	}
	if ErrTimeout.Name() != "DC_ERR_TIMEOUT" || Status(-999).Name() != "DC_UNKNOWN" {
		t.Errorf("the names are %s, %s", ErrTimeout.Name(), Status(-999).Name())
	}
}
