// Package measure is shared by the Go programs of the benchmark. Each takes BASE-URL PAGES WARM-UP and prints one line,
// as the C programs do. The sum is a checksum of the bytes of the values read: programs that read the same values print
// the same sum.
package measure

import (
	"fmt"
	"hash/crc32"
	"log"
	"os"
	"strconv"
	"syscall"
	"time"
)

// Token is the access token; the server accepts any.
const Token = "dG9rOmEyYzRlNmc4X2JlbmNobWFyaw=="

const rowsPerPage = 50

// Run has the arguments, the clocks, which start after the warm-up, and the checksum.
type Run struct {
	BaseURL       string
	pages, warmUp int
	rows          int
	sum           uint32
	cpu           time.Duration
	wall          time.Time
}

// New parses the command line.
func New() *Run {
	if len(os.Args) != 4 {
		log.Fatal("usage: PROGRAM BASE-URL PAGES WARM-UP")
	}
	pages, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	warmUp, err := strconv.Atoi(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	// The server ends the list after the last page.
	run := &Run{BaseURL: fmt.Sprintf("%s/pages/%d", os.Args[1], pages+warmUp), pages: pages, warmUp: warmUp}
	run.start()
	return run
}

func (r *Run) start() {
	r.sum, r.cpu, r.wall = 0, cpuTime(), time.Now()
}

// Row adds the fields of a row to the checksum. The rows of the warm-up are not measured.
func (r *Run) Row(fields ...string) {
	if r.rows == r.warmUp*rowsPerPage {
		r.start()
	}
	r.rows++
	for _, field := range fields {
		r.sum = crc32.Update(r.sum, crc32.IEEETable, []byte(field))
	}
}

// Print prints the results.
func (r *Run) Print() {
	cpu, wall := cpuTime()-r.cpu, time.Since(r.wall)
	if r.rows != (r.pages+r.warmUp)*rowsPerPage {
		log.Fatalf("unexpected number of rows: %d", r.rows)
	}
	fmt.Printf("pages=%d cpu_ns=%d wall_ns=%d sum=%d\n", r.pages, cpu.Nanoseconds(), wall.Nanoseconds(), r.sum)
}

// cpuTime is the user and system time of the process, which includes garbage collection.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
