// Command risk is the gRPC service that decides whether an order may be paid.
package main

import (
	"context"
	"net"

	"go.uber.org/zap"

	"github.com/throughline/throughline/apps/backend-go/internal/process"
	"github.com/throughline/throughline/apps/backend-go/internal/risk"
)

func main() {
	process.Main("risk", run)
}

func run(ctx context.Context, logger *zap.Logger) error {
	env, err := process.Variables("LISTEN_ADDRESS", "REDIS_URL")
	if err != nil {
		return err
	}
	history, err := risk.OpenHistory(ctx, env["REDIS_URL"])
	if err != nil {
		return err
	}
	defer history.Close()
	listener, err := net.Listen("tcp", env["LISTEN_ADDRESS"])
	if err != nil {
		return err
	}
	logger.Info("ready", zap.String("address", listener.Addr().String()))
	return risk.Serve(ctx, listener, risk.NewServer(history, logger))
}
