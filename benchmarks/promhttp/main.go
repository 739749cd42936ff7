// Scrapes client_golang's promhttp with the families that ScrapeCost.java has, and tells what a scrape costs. Each
// line it reads, "routes gzip count", is a round; it answers "lines nanoseconds bytes", the last two for each scrape.
// Collecting garbage is kept out of a round, as it is where Java's threads are asked for their CPU time.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Set by the linker, as a package outside modules does not know its version.
var version = "of an unknown version"

var bounds = []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}

func main() {
	fmt.Printf("client_golang %s, %s\n", version, runtime.Version())
	handlers := map[int]http.Handler{}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var routes, count int
		var compress bool
		if _, err := fmt.Sscan(in.Text(), &routes, &compress, &count); err != nil {
			log.Fatal(err)
		}
		if handlers[routes] == nil {
			handlers[routes] = handler(routes)
		}
		measure(handlers[routes], compress, count)
	}
}

func handler(routes int) http.Handler {
	labels := []string{"http_request_method", "http_response_status_code", "http_route"}
	durations := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "http_server_request_duration_seconds", Help: " ", Buckets: bounds}, labels)
	longest := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "http_server_request_duration_seconds_max", Help: " "}, labels)
	responses := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_server_responses_total", Help: " "}, labels)
	for route := 0; route < routes; route++ {
		values := []string{"GET", "200", fmt.Sprintf("/shop/kind%d/{id}/items", route)}
		duration := durations.WithLabelValues(values...)
		for i := 1; i <= 100; i++ {
			seconds := float64(1234567*i*(route%89+1)) / 1e9
			duration.Observe(seconds)
			longest.WithLabelValues(values...).Set(seconds)
		}
		responses.WithLabelValues(values...).Add(float64(100 * (route + 1)))
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(durations, longest, responses)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.PanicOnError})
}

func measure(handler http.Handler, compress bool, count int) {
	lines := countLines(handler, compress)
	runtime.GC()
	percent := debug.SetGCPercent(-1)
	memory, nanos := allocated(), cpu()
	for i := 0; i < count; i++ {
		handler.ServeHTTP(&response{header: http.Header{}, body: io.Discard}, request(compress))
	}
	nanos, memory = cpu()-nanos, allocated()-memory
	debug.SetGCPercent(percent)
	fmt.Printf("%d %d %d\n", lines, nanos/int64(count), memory/uint64(count))
}

func request(compress bool) *http.Request {
	request, err := http.NewRequest(http.MethodGet, "/metrics", nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Accept", "text/plain")
	if compress {
		request.Header.Set("Accept-Encoding", "gzip")
	}
	return request
}

func countLines(handler http.Handler, compress bool) int {
	var body bytes.Buffer
	handler.ServeHTTP(&response{header: http.Header{}, body: &body}, request(compress))
	var text io.Reader = &body
	if compress {
		reader, err := gzip.NewReader(&body)
		if err != nil {
			log.Fatal(err)
		}
		text = reader
	}
	content, err := io.ReadAll(text)
	if err != nil {
		log.Fatal(err)
	}
	return bytes.Count(content, []byte("\n"))
}

func cpu() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func allocated() uint64 {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return memory.TotalAlloc
}

// A response whose body goes where it is told, mostly nowhere.
type response struct {
	header http.Header
	body   io.Writer
}

func (r *response) Header() http.Header { return r.header }

func (r *response) Write(data []byte) (int, error) { return r.body.Write(data) }

func (r *response) WriteHeader(int) {}
