package telemetry

import (
	"os"
	"strings"
)

// IsInstrumented reports whether calls of a library get spans and carry the context. OTEL_INSTRUMENTATION_GRPC_ENABLED=false
// and OTEL_INSTRUMENTATION_KAFKA_ENABLED=false turn it off, as in OpenTelemetry's agents: tests plant this fault.
func IsInstrumented(library string) bool {
	return os.Getenv("OTEL_INSTRUMENTATION_"+strings.ToUpper(library)+"_ENABLED") != "false"
}
