package settlement

import (
	"context"
	"fmt"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/throughline/throughline/apps/backend-go/internal/events"
)

const (
	schema = `CREATE TABLE IF NOT EXISTS settlements (
  payment_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  amount_cents BIGINT NOT NULL,
  bank_reference TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS dispatches (
  shipment_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
)`
	insertSettlement = `INSERT INTO settlements (payment_id, order_id, amount_cents) VALUES ($1, $2, $3)
ON CONFLICT (payment_id) DO NOTHING`
	insertDispatch = `INSERT INTO dispatches (shipment_id, order_id) VALUES ($1, $2)
ON CONFLICT (shipment_id) DO NOTHING`
	updateReference = `UPDATE settlements SET bank_reference = $2 WHERE payment_id = $1`
)

// Store keeps settlements in PostgreSQL by pgx.
type Store struct {
	pool *pgxpool.Pool
}

// OpenStore connects to PostgreSQL and creates the tables. The latter belongs to no message and is not traced.
func OpenStore(ctx context.Context, url string) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("parse the address of PostgreSQL: %w", err)
	}
	if err := createTables(ctx, config.ConnConfig.Copy()); err != nil {
		return nil, err
	}
	config.ConnConfig.Tracer = otelpgx.NewTracer()
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &Store{pool: pool}, nil
}

func createTables(ctx context.Context, config *pgx.ConnConfig) error {
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer connection.Close(ctx)
	if _, err := connection.Exec(ctx, schema); err != nil {
		return fmt.Errorf("create the tables of settlements and dispatches: %w", err)
	}
	return nil
}

// Insert stores a settlement. One that exists is left as it is.
func (s *Store) Insert(ctx context.Context, event events.PaymentAccepted) error {
	_, err := s.pool.Exec(ctx, insertSettlement, event.PaymentID, event.OrderID, event.AmountCents)
	return err
}

// SetReference stores the bank's reference of a settlement.
func (s *Store) SetReference(ctx context.Context, paymentID, reference string) error {
	_, err := s.pool.Exec(ctx, updateReference, paymentID, reference)
	return err
}

// InsertDispatch stores that a shipment has left. One that exists is left as it is.
func (s *Store) InsertDispatch(ctx context.Context, event events.ShipmentDispatched) error {
	_, err := s.pool.Exec(ctx, insertDispatch, event.ShipmentID, event.OrderID)
	return err
}

// Close closes the connections.
func (s *Store) Close() {
	s.pool.Close()
}
