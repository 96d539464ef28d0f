// Command settlement transfers the money of accepted payments.
package main

import (
	"context"
	"strings"

	"go.uber.org/zap"

	"github.com/throughline/throughline/apps/backend-go/internal/process"
	"github.com/throughline/throughline/apps/backend-go/internal/settlement"
)

func main() {
	process.Main("settlement", run)
}

func run(ctx context.Context, logger *zap.Logger) error {
	env, err := process.Variables("DATABASE_URL", "KAFKA_BROKERS", "BANK_URL", "BANK_CERTIFICATE_FILE")
	if err != nil {
		return err
	}
	bank, err := settlement.NewBank(env["BANK_URL"], env["BANK_CERTIFICATE_FILE"])
	if err != nil {
		return err
	}
	store, err := settlement.OpenStore(ctx, env["DATABASE_URL"])
	if err != nil {
		return err
	}
	defer store.Close()
	worker, err := settlement.NewWorker(ctx, settlement.Options{
		Brokers: strings.Split(env["KAFKA_BROKERS"], ","),
		Store:   store,
		Bank:    bank,
		Logger:  logger,
	})
	if err != nil {
		return err
	}
	defer worker.Close()
	logger.Info("ready")
	return worker.Run(ctx)
}
