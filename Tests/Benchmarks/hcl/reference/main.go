// The reference implementation's side of the HCL benchmark; see README.md for what is measured.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

var functions = map[string]function.Function{
	"can":        tryfunc.CanFunc,
	"concat":     stdlib.ConcatFunc,
	"format":     stdlib.FormatFunc,
	"jsonencode": stdlib.JSONEncodeFunc,
	"length":     stdlib.LengthFunc,
	"lookup":     stdlib.LookupFunc,
	"lower":      stdlib.LowerFunc,
	"merge":      stdlib.MergeFunc,
	"range":      stdlib.RangeFunc,
	"replace":    stdlib.ReplaceFunc,
	"trimspace":  stdlib.TrimSpaceFunc,
	"try":        tryfunc.TryFunc,
	"upper":      stdlib.UpperFunc,
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func parse(source []byte) *hclsyntax.Body {
	file, diagnostics := hclsyntax.ParseConfig(source, "bench.hcl", hcl.InitialPos)
	if diagnostics.HasErrors() {
		check(diagnostics)
	}
	return file.Body.(*hclsyntax.Body)
}

// evaluate computes the locals, block after block; each block sees the values of those before.
func evaluate(body *hclsyntax.Body) map[string]cty.Value {
	locals := map[string]cty.Value{}
	for _, block := range body.Blocks {
		if block.Type != "locals" {
			continue
		}
		context := &hcl.EvalContext{
			Variables: map[string]cty.Value{"local": cty.ObjectVal(locals)},
			Functions: functions,
		}
		found := make(map[string]cty.Value, len(block.Body.Attributes))
		for name, attribute := range block.Body.Attributes {
			value, diagnostics := attribute.Expr.Value(context)
			if diagnostics.HasErrors() {
				check(diagnostics)
			}
			found[name] = value
		}
		for name, value := range found {
			locals[name] = value
		}
	}
	return locals
}

// processorTime is what all threads of this process have used so far, the collector's included.
func processorTime() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// sample gives nanoseconds per operation, of the clock and of the processors, each the mean over a
// stretch that is long enough to contain its share of garbage collection.
func sample(total time.Duration, operation func()) [][2]float64 {
	const stretch = 50 * time.Millisecond
	warm := time.Now()
	for time.Since(warm) < total/5 {
		operation()
	}
	var samples [][2]float64
	begin := time.Now()
	for time.Since(begin) < total || len(samples) < 5 {
		count := 0.0
		start, used := time.Now(), processorTime()
		for count == 0 || time.Since(start) < stretch {
			operation()
			count++
		}
		samples = append(samples, [2]float64{
			float64(time.Since(start).Nanoseconds()) / count,
			float64(processorTime()-used) / count,
		})
	}
	return samples
}

// allocations gives the number of allocations and of bytes for one operation.
func allocations(operation func()) []uint64 {
	const count = 5
	operation()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := 0; i < count; i++ {
		operation()
	}
	runtime.ReadMemStats(&after)
	return []uint64{
		(after.Mallocs - before.Mallocs) / count, (after.TotalAlloc - before.TotalAlloc) / count,
	}
}

func peakKilobytes() int {
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	for _, line := range strings.Split(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kilobytes, err := strconv.Atoi(fields[1])
			check(err)
			return kilobytes
		}
	}
	return 0
}

func main() {
	source, err := os.ReadFile(os.Args[2])
	check(err)
	parseOnly := func() { parse(source) }
	both := func() { evaluate(parse(source)) }
	var answer interface{}
	switch os.Args[1] {
	case "time":
		seconds, err := strconv.ParseFloat(os.Args[3], 64)
		check(err)
		total := time.Duration(seconds * float64(time.Second))
		answer = map[string][][2]float64{
			"parse": sample(total, parseOnly), "evaluate": sample(total, both),
		}
	case "allocations":
		answer = map[string][]uint64{
			"parse": allocations(parseOnly), "evaluate": allocations(both),
		}
	case "memory":
		both()
		answer = map[string]int{"kilobytes": peakKilobytes()}
	case "values":
		values := map[string]ctyjson.SimpleJSONValue{}
		for name, value := range evaluate(parse(source)) {
			values[name] = ctyjson.SimpleJSONValue{Value: value}
		}
		answer = values
	}
	text, err := json.Marshal(answer)
	check(err)
	fmt.Println(string(text))
}
