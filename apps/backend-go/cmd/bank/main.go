// Command bank stands for the bank that transfers the money.
package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"

	"go.uber.org/zap"

	"github.com/throughline/throughline/apps/backend-go/internal/bank"
	"github.com/throughline/throughline/apps/backend-go/internal/process"
)

func main() {
	process.Main("bank", run)
}

func run(ctx context.Context, logger *zap.Logger) error {
	env, err := process.Variables("LISTEN_ADDRESS", "BANK_NAMES", "BANK_CERTIFICATE_FILE")
	if err != nil {
		return err
	}
	certificate, err := bank.NewCertificate(strings.Split(env["BANK_NAMES"], ","), env["BANK_CERTIFICATE_FILE"])
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", env["LISTEN_ADDRESS"])
	if err != nil {
		return err
	}
	logger.Info("ready", zap.String("address", listener.Addr().String()))
	server := &http.Server{
		Handler:   bank.NewHandler(logger),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
	}
	return process.ServeHTTP(ctx, server, listener)
}
