package logging_test

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap/zapcore"

	"github.com/throughline/throughline/apps/backend-go/internal/logging"
)

func TestALineHasTheIDsOfItsSpan(t *testing.T) {
	spanContext := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1},
		SpanID:  trace.SpanID{2},
	})
	encoder := zapcore.NewMapObjectEncoder()
	logging.Trace(trace.ContextWithSpanContext(context.Background(), spanContext)).AddTo(encoder)
	want := map[string]any{"trace_id": "01000000000000000000000000000000", "span_id": "0200000000000000"}
	for key, value := range want {
		if encoder.Fields[key] != value {
			t.Errorf("%s is %v, want %v", key, encoder.Fields[key], value)
		}
	}
}

func TestALineOutsideOfATraceHasNoIDs(t *testing.T) {
	encoder := zapcore.NewMapObjectEncoder()
	logging.Trace(context.Background()).AddTo(encoder)
	if len(encoder.Fields) != 0 {
		t.Errorf("the fields are %v, want none", encoder.Fields)
	}
}
