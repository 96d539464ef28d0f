package risk

import (
	"context"
	"net"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"

	"github.com/throughline/throughline/apps/backend-go/internal/gen/riskv1"
)

// Serve serves on the listener until ctx is cancelled and the calls in flight have ended.
func Serve(ctx context.Context, listener net.Listener, server *Server) error {
	grpcServer := grpc.NewServer(grpc.StatsHandler(otelgrpc.NewServerHandler()))
	riskv1.RegisterRiskServer(grpcServer, server)
	stop := context.AfterFunc(ctx, grpcServer.GracefulStop)
	defer stop()
	return grpcServer.Serve(listener)
}
