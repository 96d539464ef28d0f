package joins

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

const (
	traceID = "0af7651916cd43dd8448eb211c80319c"
	spanID  = "b7ad6b7169203331"
)

// expectJoin calls GET /orders/7 of a server that newHandler makes. Its handler must call next with its request.
func expectJoin(t *testing.T, spanName string, newHandler func(next http.HandlerFunc) http.Handler) {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(propagation.TraceContext{})

	var downstream string
	backend := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		downstream = r.Header.Get("traceparent")
	}))
	defer backend.Close()
	server := httptest.NewServer(newHandler(func(w http.ResponseWriter, r *http.Request) {
		call(t, r.Context(), &http.Client{Transport: otelhttp.NewTransport(nil)}, backend.URL, "")
		w.WriteHeader(http.StatusNoContent)
	}))
	call(t, context.Background(), http.DefaultClient, server.URL+"/orders/7", "00-"+traceID+"-"+spanID+"-01")
	// Closing waits for the handler, and so for the end of its span.
	server.Close()

	spans := map[trace.SpanKind]sdktrace.ReadOnlySpan{}
	for _, span := range recorder.Ended() {
		spans[span.SpanKind()] = span
	}
	serverSpan, clientSpan := spans[trace.SpanKindServer], spans[trace.SpanKindClient]
	if serverSpan == nil || clientSpan == nil || len(recorder.Ended()) != 2 {
		t.Fatalf("the spans are %v, want one of the server and one of the client", recorder.Ended())
	}
	if serverSpan.Name() != spanName {
		t.Errorf("the span is named %q, want %q", serverSpan.Name(), spanName)
	}
	if parent := serverSpan.Parent(); parent.TraceID().String() != traceID || parent.SpanID().String() != spanID {
		t.Errorf("the parent of the server's span is %v", parent)
	}
	if clientSpan.Parent().SpanID() != serverSpan.SpanContext().SpanID() {
		t.Errorf("the parent of the client's span is %v", clientSpan.Parent())
	}
	if want := "00-" + traceID + "-" + clientSpan.SpanContext().SpanID().String() + "-01"; downstream != want {
		t.Errorf("traceparent of the outgoing request is %q, want %q", downstream, want)
	}
}

func call(t *testing.T, ctx context.Context, client *http.Client, url, traceparent string) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Error(err)
		return
	}
	if traceparent != "" {
		request.Header.Set("traceparent", traceparent)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Error(err)
		return
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
}
