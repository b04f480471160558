package dataconnectors

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

func TestProgramsInTheReadmeCompile(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err) // the test was compiled elsewhere
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	programs := regexp.MustCompile("(?s)```go\n(package main.*?)```").FindAllSubmatch(text, -1)
	if len(programs) < 3 {
		t.Fatalf("the README has %d programs", len(programs))
	}
	for _, program := range programs {
		folder := t.TempDir()
		module := "module first\n\ngo 1.24\n\nrequire dataconnectors v0.0.0\n\nreplace dataconnectors => " + here + "\n"
		for name, content := range map[string]string{"go.mod": module, "main.go": string(program[1])} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		vet := exec.Command("go", "vet", ".")
		vet.Dir = folder
		if output, err := vet.CombinedOutput(); err != nil {
			t.Errorf("%s\n%s", program[1], output)
		}
		if unformatted, _ := exec.Command("gofmt", "-l", folder).CombinedOutput(); len(unformatted) > 0 {
			t.Errorf("gofmt would change\n%s", program[1])
		}
	}
}
