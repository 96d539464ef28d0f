package risk

import (
	"context"
	"net"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"

	"github.com/throughline/throughline/apps/backend-go/internal/gen/riskv1"
	"github.com/throughline/throughline/apps/backend-go/internal/telemetry"
)

// How long calls in flight may take once the service stops.
const drainTimeout = 2 * time.Second

// Serve serves on the listener until ctx is cancelled and the calls in flight have ended.
func Serve(ctx context.Context, listener net.Listener, server *Server) error {
	var options []grpc.ServerOption
	if telemetry.IsInstrumented("grpc") {
		options = append(options, grpc.StatsHandler(otelgrpc.NewServerHandler()))
	}
	grpcServer := grpc.NewServer(options...)
	riskv1.RegisterRiskServer(grpcServer, server)
	stop := context.AfterFunc(ctx, func() {
		force := time.AfterFunc(drainTimeout, grpcServer.Stop)
		defer force.Stop()
		grpcServer.GracefulStop()
	})
	defer stop()
	return grpcServer.Serve(listener)
}
