// Package bank stands for a bank: an HTTPS API of net/http.
package bank

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/throughline/throughline/apps/backend-go/internal/logging"
	"github.com/throughline/throughline/apps/backend-go/internal/telemetry"
)

const maxBodyBytes = 16_384

type transfer struct {
	PaymentID   string `json:"paymentId"`
	AmountCents int64  `json:"amountCents"`
}

// NewHandler returns the API: POST /transfers.
func NewHandler(logger *zap.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /transfers", func(w http.ResponseWriter, r *http.Request) {
		var asked transfer
		body := http.MaxBytesReader(w, r.Body, maxBodyBytes)
		if err := json.NewDecoder(body).Decode(&asked); err != nil || asked.PaymentID == "" || asked.AmountCents < 1 {
			http.Error(w, "paymentId and amountCents are needed", http.StatusBadRequest)
			return
		}
		ctx := r.Context()
		trace.SpanFromContext(ctx).SetAttributes(
			telemetry.PaymentID(asked.PaymentID), telemetry.PaymentAmount(asked.AmountCents),
		)
		reference := uuid.NewString()
		logger.Info("money transferred",
			zap.String("paymentId", asked.PaymentID), zap.String("reference", reference), logging.Trace(ctx))
		w.Header().Set("content-type", "application/json")
		w.WriteHeader(http.StatusCreated)
		if err := json.NewEncoder(w).Encode(map[string]string{"reference": reference}); err != nil {
			logger.Error("response failed", zap.Error(err), logging.Trace(ctx))
		}
	})
	return otelhttp.NewHandler(mux, "bank")
}
