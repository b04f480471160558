package dataconnectors

import (
	"bytes"
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// kept is a writer for several goroutines.
type kept struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (k *kept) Write(line []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.Write(line)
}

func TestLogsByLevel(t *testing.T) {
	for level, wanted := range map[slog.Level]string{
		slog.LevelDebug: "DEBUG ERROR INFO",
		slog.LevelInfo:  "ERROR INFO",
		slog.LevelError: "ERROR",
		slog.Level(12):  "",
	} {
		lines := &kept{}
		logger := slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: level}))
		client := newClient(t, answers(t, `{`, `{"data":[]}`), WithMaxRetries(0), WithLogger(logger))
		_, failed := client.ListPage(background())
		_, err := client.ListPage(background())
		if failed == nil || err != nil {
			t.Fatal(failed, err)
		}
		var seen []string
		for _, name := range []string{"DEBUG", "ERROR", "INFO"} {
			if strings.Contains(lines.text.String(), "level="+name) {
				seen = append(seen, name)
			}
		}
		if strings.Join(seen, " ") != wanted || strings.Contains(lines.text.String(), secret) {
			t.Errorf("at %v the lines are %s", level, lines.text.String())
		}
	}
}

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic("a handler's bug") }
func (p panicking) WithAttrs([]slog.Attr) slog.Handler      { return p }
func (p panicking) WithGroup(string) slog.Handler           { return p }

func TestAPanicOfAHandlerStaysOutOfTheLibrary(t *testing.T) {
	client := newClient(t, answers(t, `{"data":[{"id":"1"}]}`), WithLogger(slog.New(panicking{})))
	page, err := client.ListPage(background())
	if err != nil || len(page.Connectors) != 1 {
		t.Errorf("it gives %v, %v", page, err)
	}
}

func TestALoggerIsLetGo(t *testing.T) {
	collected := make(chan struct{})
	func() {
		lines := &kept{}
		runtime.SetFinalizer(lines, func(*kept) { close(collected) })
		client := newClient(t, answers(t, `{"data":[]}`), WithLogger(slog.New(slog.NewTextHandler(lines, nil))))
		if _, err := client.ListPage(background()); err != nil {
			t.Fatal(err)
		}
		client.Close()
	}()
	eventually(t, "the logger is collected", func() bool {
		runtime.GC()
		select {
		case <-collected:
			return true
		default:
			return false
		}
	})
}
