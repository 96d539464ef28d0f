// Command payments is the HTTP API of payments.
package main

import (
	"context"
	"net"
	"net/http"
	"strings"

	"go.uber.org/zap"

	"github.com/throughline/throughline/apps/backend-go/internal/payments"
	"github.com/throughline/throughline/apps/backend-go/internal/process"
	"github.com/throughline/throughline/apps/backend-go/internal/risk"
)

func main() {
	process.Main("payments", run)
}

func run(ctx context.Context, logger *zap.Logger) error {
	env, err := process.Variables("LISTEN_ADDRESS", "RISK_ADDRESS", "DATABASE_URL", "KAFKA_BROKERS")
	if err != nil {
		return err
	}
	riskClient, err := risk.Dial(env["RISK_ADDRESS"])
	if err != nil {
		return err
	}
	defer riskClient.Close()
	store, err := payments.OpenStore(ctx, env["DATABASE_URL"])
	if err != nil {
		return err
	}
	defer store.Close()
	publisher, err := payments.NewPublisher(ctx, strings.Split(env["KAFKA_BROKERS"], ","))
	if err != nil {
		return err
	}
	defer publisher.Close()
	listener, err := net.Listen("tcp", env["LISTEN_ADDRESS"])
	if err != nil {
		return err
	}
	router := payments.NewRouter(payments.NewService(riskClient, store, publisher), logger)
	logger.Info("ready", zap.String("address", listener.Addr().String()))
	return process.ServeHTTP(ctx, &http.Server{Handler: router}, listener)
}
