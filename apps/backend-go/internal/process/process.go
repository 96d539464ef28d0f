// Package process starts a service and stops it on a signal.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"go.uber.org/zap"

	"github.com/throughline/throughline/apps/backend-go/internal/logging"
	"github.com/throughline/throughline/apps/backend-go/internal/telemetry"
)

// How long the export of the last spans may take.
const flushTimeout = 2 * time.Second

// Main runs a service until SIGINT or SIGTERM cancels its context, then exports the buffered spans and exits. run returns
// when the requests in flight have ended.
func Main(service string, run func(ctx context.Context, logger *zap.Logger) error) {
	logger := logging.New(service)
	if err := runUntilSignal(service, logger, run); err != nil {
		logger.Error("stopped", zap.Error(err))
		os.Exit(1)
	}
	logger.Info("stopped")
}

func runUntilSignal(
	service string,
	logger *zap.Logger,
	run func(context.Context, *zap.Logger) error,
) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	shutdown, err := telemetry.Start(ctx, service)
	if err != nil {
		return err
	}
	defer func() {
		flushCtx, cancel := context.WithTimeout(context.Background(), flushTimeout)
		defer cancel()
		err = errors.Join(err, shutdown(flushCtx))
	}()
	return run(ctx, logger)
}

// Variables returns variables of the environment by name, or an error that names those that are not set.
func Variables(names ...string) (map[string]string, error) {
	values := make(map[string]string, len(names))
	var missing []string
	for _, name := range names {
		values[name] = os.Getenv(name)
		if values[name] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("not set in the environment: %s", strings.Join(missing, ", "))
	}
	return values, nil
}
