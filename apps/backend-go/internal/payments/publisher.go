package payments

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kotel"

	"github.com/throughline/throughline/apps/backend-go/internal/events"
	"github.com/throughline/throughline/apps/backend-go/internal/telemetry"
)

// Publisher sends accepted payments to Kafka.
type Publisher struct {
	client *kgo.Client
}

// NewPublisher returns a publisher, and makes sure that the topic exists.
func NewPublisher(ctx context.Context, brokers []string) (*Publisher, error) {
	options := []kgo.Opt{kgo.SeedBrokers(brokers...), kgo.ClientID("payments")}
	if telemetry.IsInstrumented("kafka") {
		tracer := kotel.NewTracer(kotel.ClientID("payments"))
		options = append(options, kgo.WithHooks(kotel.NewKotel(kotel.WithTracer(tracer)).Hooks()...))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, err
	}
	if err := events.CreateTopic(ctx, client, events.PaymentsAccepted); err != nil {
		client.Close()
		return nil, err
	}
	// Otherwise the first payment waits for it.
	if _, _, err := client.ProducerID(ctx); err != nil {
		client.Close()
		return nil, fmt.Errorf("get the producer id: %w", err)
	}
	return &Publisher{client: client}, nil
}

// Publish returns when the message is stored. Its headers have the context of the producer's span.
func (p *Publisher) Publish(ctx context.Context, event events.PaymentAccepted) error {
	value, err := json.Marshal(event)
	if err != nil {
		return err
	}
	record := &kgo.Record{Topic: events.PaymentsAccepted, Key: []byte(event.OrderID), Value: value}
	return p.client.ProduceSync(ctx, record).FirstErr()
}

// Close closes the connections.
func (p *Publisher) Close() {
	p.client.Close()
}
