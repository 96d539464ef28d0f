// Package risk decides whether an order may be paid: the gRPC service and its client.
package risk

import (
	"context"
	"errors"
	"io"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/throughline/throughline/apps/backend-go/internal/gen/riskv1"
	"github.com/throughline/throughline/apps/backend-go/internal/logging"
	"github.com/throughline/throughline/apps/backend-go/internal/telemetry"
)

// Server implements the gRPC service.
type Server struct {
	riskv1.UnimplementedRiskServer

	history *History
	logger  *zap.Logger
}

// NewServer returns a server that counts payments in history.
func NewServer(history *History, logger *zap.Logger) *Server {
	return &Server{history: history, logger: logger}
}

// Screen implements a unary call.
func (s *Server) Screen(ctx context.Context, request *riskv1.ScreenRequest) (*riskv1.ScreenReply, error) {
	span := trace.SpanFromContext(ctx)
	span.SetAttributes(telemetry.OrderID(request.GetOrderId()), telemetry.PaymentAmount(request.GetAmountCents()))
	if request.GetCardFingerprint() != cardWithMoney {
		err := status.Error(codes.FailedPrecondition, "the card was refused")
		// By the conventions this status is an error of the caller's span only.
		span.RecordError(err)
		s.logger.Warn("card refused", zap.String("orderId", request.GetOrderId()), logging.Trace(ctx))
		return nil, err
	}
	payments, err := s.history.Add(ctx, request.GetCardFingerprint())
	if err != nil {
		return nil, status.Errorf(codes.Unavailable, "count payments: %v", err)
	}
	s.logger.Info("card screened", zap.String("orderId", request.GetOrderId()), logging.Trace(ctx))
	return &riskv1.ScreenReply{PaymentsOfCard: payments}, nil
}

// ListSignals implements a server stream.
func (s *Server) ListSignals(
	request *riskv1.ListSignalsRequest,
	stream grpc.ServerStreamingServer[riskv1.Signal],
) error {
	ctx := stream.Context()
	payments, err := s.history.Count(ctx, request.GetCardFingerprint())
	if err != nil {
		return status.Errorf(codes.Unavailable, "read payments: %v", err)
	}
	signals := []*riskv1.Signal{
		{Name: "payments_of_card", Value: payments},
		{Name: "amount_cents", Value: request.GetAmountCents()},
	}
	for _, signal := range signals {
		if err := stream.Send(signal); err != nil {
			return err
		}
		s.recordMessage(ctx, "signal sent", request.GetOrderId(), signal.GetName())
	}
	return nil
}

// ReportSteps implements a client stream.
func (s *Server) ReportSteps(stream grpc.ClientStreamingServer[riskv1.Step, riskv1.StepSummary]) error {
	ctx := stream.Context()
	var received int32
	for {
		step, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&riskv1.StepSummary{Received: received})
		}
		if err != nil {
			return err
		}
		received++
		s.recordMessage(ctx, "step received", step.GetOrderId(), step.GetName())
	}
}

// Verify implements a bidirectional stream: the second factor is enough.
func (s *Server) Verify(stream grpc.BidiStreamingServer[riskv1.Factor, riskv1.Verdict]) error {
	ctx := stream.Context()
	for received := 1; ; received++ {
		factor, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(&riskv1.Verdict{Factor: factor.GetName(), IsEnough: received >= 2}); err != nil {
			return err
		}
		s.recordMessage(ctx, "factor verified", factor.GetOrderId(), factor.GetName())
	}
}

// recordMessage makes one message of a stream an event of the stream's span, and a line of the log. otelgrpc 0.72 has no
// events of messages.
func (s *Server) recordMessage(ctx context.Context, message, orderID, name string) {
	trace.SpanFromContext(ctx).AddEvent(message, trace.WithAttributes(attribute.String("message.name", name)))
	s.logger.Info(message, zap.String("orderId", orderID), zap.String("name", name), logging.Trace(ctx))
}
