// Package settlement settles accepted payments: it consumes them from Kafka and transfers the money. It records as well
// which shipments have left.
package settlement

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kotel"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/throughline/throughline/apps/backend-go/internal/events"
	"github.com/throughline/throughline/apps/backend-go/internal/logging"
	"github.com/throughline/throughline/apps/backend-go/internal/telemetry"
)

const (
	group      = "settlement"
	retryDelay = time.Second
)

// Worker consumes accepted payments and dispatched shipments, each at least once and those of an order one after the other.
type Worker struct {
	client *kgo.Client
	tracer *kotel.Tracer
	store  *Store
	bank   *Bank
	logger *zap.Logger
}

// Options of a worker.
type Options struct {
	Brokers []string
	Store   *Store
	Bank    *Bank
	Logger  *zap.Logger
}

// NewWorker returns a worker that joins the group, and makes sure that the topics exist.
func NewWorker(ctx context.Context, options Options) (*Worker, error) {
	tracer := kotel.NewTracer(kotel.ClientID(group), kotel.ConsumerGroup(group))
	client, err := kgo.NewClient(
		kgo.SeedBrokers(options.Brokers...),
		kgo.ClientID(group),
		kgo.ConsumerGroup(group),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.WithHooks(kotel.NewKotel(kotel.WithTracer(tracer)).Hooks()...),
	)
	if err != nil {
		return nil, err
	}
	topics := []string{events.PaymentsAccepted, events.ShipmentsDispatched}
	for _, topic := range topics {
		if err := events.CreateTopic(ctx, client, topic); err != nil {
			client.Close()
			return nil, err
		}
	}
	client.AddConsumeTopics(topics...)
	return &Worker{
		client: client,
		tracer: tracer,
		store:  options.Store,
		bank:   options.Bank,
		logger: options.Logger,
	}, nil
}

// Run consumes until ctx is cancelled. The message in process is finished.
func (w *Worker) Run(ctx context.Context) error {
	for {
		fetches := w.client.PollFetches(ctx)
		if ctx.Err() != nil {
			return nil
		}
		fetches.EachError(func(topic string, _ int32, err error) {
			w.logger.Error("fetch failed", zap.String("topic", topic), zap.Error(err))
		})
		for _, record := range fetches.Records() {
			if !w.processUntilDone(ctx, record) {
				return nil
			}
			if err := w.client.CommitRecords(context.WithoutCancel(ctx), record); err != nil {
				w.logger.Error("commit failed", zap.Error(err), logging.Trace(record.Context))
			}
		}
	}
}

// Close leaves the group.
func (w *Worker) Close() {
	w.client.Close()
}

// processUntilDone tries until the record is processed. It returns false when ctx is cancelled before.
func (w *Worker) processUntilDone(ctx context.Context, record *kgo.Record) bool {
	for !w.process(record) {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(retryDelay):
		}
	}
	return true
}

// process returns whether the record needs no other try. Its span is in the trace of the producer, and linked to it.
func (w *Worker) process(record *kgo.Record) bool {
	ctx, span := w.tracer.WithProcessSpan(record)
	defer span.End()
	propagated := otel.GetTextMapPropagator().Extract(context.Background(), kotel.NewRecordCarrier(record))
	if producer := trace.SpanContextFromContext(propagated); producer.IsValid() {
		span.AddLink(trace.Link{SpanContext: producer})
	}
	if record.Topic == events.ShipmentsDispatched {
		return w.recordDispatch(ctx, record)
	}
	return w.processPayment(ctx, record)
}

func (w *Worker) processPayment(ctx context.Context, record *kgo.Record) bool {
	event, err := events.ParsePaymentAccepted(record.Value)
	if err != nil {
		// Another try cannot repair the message.
		w.fail(ctx, "message discarded", err)
		return true
	}
	trace.SpanFromContext(ctx).SetAttributes(
		telemetry.OrderID(event.OrderID),
		telemetry.PaymentID(event.PaymentID),
		telemetry.PaymentAmount(event.AmountCents),
	)
	order := zap.String("orderId", event.OrderID)
	reference, err := w.settle(ctx, event)
	if err != nil {
		w.fail(ctx, "settlement failed", err, order)
		return false
	}
	w.logger.Info("payment settled", order, zap.String("reference", reference), logging.Trace(ctx))
	return true
}

func (w *Worker) recordDispatch(ctx context.Context, record *kgo.Record) bool {
	event, err := events.ParseShipmentDispatched(record.Value)
	if err != nil {
		w.fail(ctx, "message discarded", err)
		return true
	}
	trace.SpanFromContext(ctx).SetAttributes(telemetry.OrderID(event.OrderID), telemetry.ShipmentID(event.ShipmentID))
	order := zap.String("orderId", event.OrderID)
	if err := w.store.InsertDispatch(ctx, event); err != nil {
		w.fail(ctx, "dispatch not recorded", err, order)
		return false
	}
	w.logger.Info("dispatch recorded", order, zap.String("shipmentId", event.ShipmentID), logging.Trace(ctx))
	return true
}

func (w *Worker) settle(ctx context.Context, event events.PaymentAccepted) (reference string, err error) {
	if err := w.store.Insert(ctx, event); err != nil {
		return "", fmt.Errorf("store the settlement: %w", err)
	}
	reference, err = w.bank.Transfer(ctx, event)
	if err != nil {
		return "", fmt.Errorf("transfer: %w", err)
	}
	if err := w.store.SetReference(ctx, event.PaymentID, reference); err != nil {
		return "", fmt.Errorf("store the reference: %w", err)
	}
	return reference, nil
}

func (w *Worker) fail(ctx context.Context, message string, err error, fields ...zap.Field) {
	span := trace.SpanFromContext(ctx)
	span.RecordError(err)
	span.SetStatus(codes.Error, err.Error())
	w.logger.Error(message, append(fields, zap.Error(err), logging.Trace(ctx))...)
}
