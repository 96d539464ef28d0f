// Package payments is the HTTP API of payments.
package payments

import (
	"context"
	"fmt"

	"github.com/throughline/throughline/apps/backend-go/internal/events"
	"github.com/throughline/throughline/apps/backend-go/internal/risk"
)

// Service accepts payments.
type Service struct {
	risk      *risk.Client
	store     *Store
	publisher *Publisher
}

// NewService returns a service that uses the risk service, the store and the publisher.
func NewService(riskClient *risk.Client, store *Store, publisher *Publisher) *Service {
	return &Service{risk: riskClient, store: store, publisher: publisher}
}

// Pay returns the id of the payment, which is the same for every request of an order. It returns risk.ErrRefused for a
// card that is not accepted.
func (s *Service) Pay(ctx context.Context, request Request) (string, error) {
	order := risk.Order{
		ID:          request.OrderID,
		AmountCents: request.AmountCents,
		Fingerprint: risk.Fingerprint(request.Card),
	}
	if err := s.risk.Assess(ctx, order); err != nil {
		return "", fmt.Errorf("assess the risk: %w", err)
	}
	id, err := s.store.Insert(ctx, request)
	if err != nil {
		return "", fmt.Errorf("store the payment: %w", err)
	}
	event := events.PaymentAccepted{PaymentID: id, OrderID: request.OrderID, AmountCents: request.AmountCents}
	// After a failure the caller tries again. The consumer accepts an event twice.
	if err := s.publisher.Publish(ctx, event); err != nil {
		return "", fmt.Errorf("publish the payment: %w", err)
	}
	return id, nil
}
