// Package telemetry starts the OpenTelemetry SDK, which is configured by the standard OTEL_* variables.
package telemetry

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/contrib/propagators/autoprop"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// Version is the service.version of all services of this module.
const Version = "0.1.0"

// The delay of a batch, if OTEL_BSP_SCHEDULE_DELAY is not set. The SDK's own is five seconds.
const batchDelay = 500 * time.Millisecond

// Start registers the global tracer provider and propagators. The sampler, the resource, the exporter, the batches and
// the propagators are configured by OTEL_* variables; OTEL_SERVICE_NAME overrides service. The returned function exports
// what is buffered.
func Start(ctx context.Context, service string) (shutdown func(context.Context) error, err error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("create the OTLP exporter: %w", err)
	}
	// Later options override earlier ones.
	res, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithHost(),
		resource.WithHostID(),
		resource.WithProcessRuntimeName(),
		resource.WithProcessRuntimeVersion(),
		resource.WithAttributes(
			semconv.ServiceName(service),
			semconv.ServiceVersion(Version),
			semconv.ServiceInstanceID(uuid.NewString()),
		),
		resource.WithFromEnv(),
	)
	// A container has no host id. The resource is complete without it.
	if res == nil {
		return nil, fmt.Errorf("detect the resource: %w", err)
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter, batchOptions()...),
		sdktrace.WithResource(res),
	)
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(autoprop.NewTextMapPropagator())
	return provider.Shutdown, nil
}

func batchOptions() []sdktrace.BatchSpanProcessorOption {
	if os.Getenv("OTEL_BSP_SCHEDULE_DELAY") != "" {
		return nil
	}
	return []sdktrace.BatchSpanProcessorOption{sdktrace.WithBatchTimeout(batchDelay)}
}
