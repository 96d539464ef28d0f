// Package logging writes JSON lines that are found by their trace.
package logging

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// New returns a logger that writes to standard output.
func New(service string) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.TimeKey = "time"
	encoder.EncodeTime = zapcore.ISO8601TimeEncoder
	config := zap.NewProductionConfig()
	config.EncoderConfig = encoder
	config.OutputPaths = []string{"stdout"}
	config.Sampling = nil
	config.DisableStacktrace = true
	config.InitialFields = map[string]any{"service": service}
	// The configuration above is constant and valid.
	return zap.Must(config.Build())
}

// Trace returns the ids of the span in ctx as the fields of a line. The names are those of
// https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
func Trace(ctx context.Context) zap.Field {
	return zap.Inline(traceFields(trace.SpanContextFromContext(ctx)))
}

type traceFields trace.SpanContext

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (f traceFields) MarshalLogObject(encoder zapcore.ObjectEncoder) error {
	spanContext := trace.SpanContext(f)
	if spanContext.IsValid() {
		encoder.AddString("trace_id", spanContext.TraceID().String())
		encoder.AddString("span_id", spanContext.SpanID().String())
	}
	return nil
}
