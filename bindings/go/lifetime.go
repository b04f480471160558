package dataconnectors

import "sync"

// lifetime counts the calls that use a native handle, so that it is freed when the last of them has returned, and
// once. Its functions must not hold on to the owner, which is to be found by the garbage collector.
type lifetime struct {
	end  func() // ends the calls under way
	free func()

	mu     sync.Mutex
	users  int
	closed bool
}

// enter says whether the handle may be used; each true needs a leave.
func (l *lifetime) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.users++
	return true
}

func (l *lifetime) leave() {
	l.mu.Lock()
	l.users--
	last := l.closed && l.users == 0
	l.mu.Unlock()
	if last {
		l.free()
	}
}

func (l *lifetime) close() {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.closed = true
	l.users++ // this one: nobody frees the handle while its calls are being ended
	l.mu.Unlock()
	l.end()
	l.leave()
}

func (l *lifetime) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}
