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

// lockedBuffer is a buffer that several goroutines may write to.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func TestLogsEnabledLevels(t *testing.T) {
	for level, expected := range map[slog.Level]string{
		slog.LevelDebug: "DEBUG INFO WARN ERROR",
		slog.LevelInfo:  "INFO WARN ERROR",
		slog.LevelWarn:  "WARN ERROR",
		slog.LevelError: "ERROR",
		slog.Level(12):  "",
	} {
		lines := &lockedBuffer{}
		logger := slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: level}))
		client := newClient(t, serveRetryable(t), WithMaxRetries(1), WithLogger(logger))
		_, failure := client.ListPage(t.Context())
		if failure == nil {
			t.Fatal("no failure")
		}
		var logged []string
		for _, name := range []string{"DEBUG", "INFO", "WARN", "ERROR"} {
			if strings.Contains(lines.text.String(), "level="+name) {
				logged = append(logged, name)
			}
		}
		if strings.Join(logged, " ") != expected || strings.Contains(lines.text.String(), secret) {
			t.Errorf("at %v the lines are %s", level, lines.text.String())
		}
	}
}

type panickingHandler struct{ slog.Handler }

func (panickingHandler) Enabled(context.Context, slog.Level) bool  { return true }
func (panickingHandler) Handle(context.Context, slog.Record) error { panic("a bug in a handler") }

func TestPanicInALogHandlerDoesNotFailTheCall(t *testing.T) {
	client := newClient(t, serveBodies(t, `{"data":[{"id":"1"}]}`), WithLogger(slog.New(panickingHandler{})))
	page, err := client.ListPage(t.Context())
	if err != nil || len(page.Connectors) != 1 {
		t.Errorf("%v, %v", page, err)
	}
}

func TestClosingAClientReleasesItsLogger(t *testing.T) {
	collected := make(chan struct{})
	func() {
		lines := &lockedBuffer{}
		runtime.SetFinalizer(lines, func(*lockedBuffer) { close(collected) })
		client := newClient(t, serveBodies(t, `{"data":[]}`), WithLogger(slog.New(slog.NewTextHandler(lines, nil))))
		if _, err := client.ListPage(t.Context()); err != nil {
			t.Fatal(err)
		}
		client.Close()
	}()
	waitFor(t, "collection of the logger", func() bool {
		runtime.GC()
		select {
		case <-collected:
			return true
		default:
			return false
		}
	})
}
