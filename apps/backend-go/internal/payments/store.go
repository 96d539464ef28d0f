package payments

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/plugin/opentelemetry/tracing"
)

// Payment is a payment that was accepted. The card number is not stored, only the digits that a receipt shows.
type Payment struct {
	ID           string `gorm:"primaryKey"`
	OrderID      string `gorm:"uniqueIndex;not null"`
	AmountCents  int64  `gorm:"not null"`
	CardLastFour string `gorm:"not null"`
	CreatedAt    time.Time
}

// Store keeps payments in PostgreSQL by GORM.
type Store struct {
	db *gorm.DB
}

// OpenStore connects to PostgreSQL and creates the table. Both belong to no request and are not traced.
func OpenStore(ctx context.Context, url string) (*Store, error) {
	db, err := gorm.Open(postgres.Open(url), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	if err := db.WithContext(ctx).AutoMigrate(&Payment{}); err != nil {
		return nil, fmt.Errorf("create the table of payments: %w", err)
	}
	// Without the values of the queries, which are personal data.
	if err := db.Use(tracing.NewPlugin(tracing.WithoutMetrics(), tracing.WithoutQueryVariables())); err != nil {
		return nil, err
	}
	return &Store{db: db}, nil
}

// Insert stores a payment and returns its id; for an order that is already paid, the id of the first payment.
func (s *Store) Insert(ctx context.Context, request Request) (string, error) {
	payment := Payment{
		ID:           uuid.NewString(),
		OrderID:      request.OrderID,
		AmountCents:  request.AmountCents,
		CardLastFour: request.Card[len(request.Card)-4:],
	}
	// A caller retries after a time-out. The update changes nothing, but makes RETURNING return the first id.
	once := clause.OnConflict{
		Columns:   []clause.Column{{Name: "order_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"order_id"}),
	}
	id := clause.Returning{Columns: []clause.Column{{Name: "id"}}}
	err := s.db.WithContext(ctx).Clauses(once, id).Create(&payment).Error
	return payment.ID, err
}

// Close closes the connections.
func (s *Store) Close() error {
	db, err := s.db.DB()
	if err != nil {
		return err
	}
	return db.Close()
}
