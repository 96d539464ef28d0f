package risk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/extra/redisotel/v9"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const countedFor = time.Hour

// History counts the payments of a card in Redis.
type History struct {
	client *redis.Client
}

// OpenHistory connects to Redis. The first connection is not traced, because it belongs to no request.
func OpenHistory(ctx context.Context, url string) (*History, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("parse the address of Redis: %w", err)
	}
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	client := redis.NewClient(options)
	if err := client.Ping(ctx).Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("reach Redis: %w", err), client.Close())
	}
	err = redisotel.InstrumentTracing(client,
		// The keys contain the fingerprint of a card.
		redisotel.WithDBStatement(false),
		// A new connection serves many requests, so that its set-up is in the trace of none.
		redisotel.WithDialFilter(true),
		redisotel.WithCommandFilter(isConnectionSetup),
	)
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return &History{client: client}, nil
}

func isConnectionSetup(command redis.Cmder) bool {
	return command.Name() == "hello" || redisotel.DefaultCommandFilter(command)
}

// Add counts one payment and returns the number of payments within the last hour.
func (h *History) Add(ctx context.Context, fingerprint string) (int64, error) {
	pipeline := h.client.Pipeline()
	count := pipeline.Incr(ctx, key(fingerprint))
	pipeline.Expire(ctx, key(fingerprint), countedFor)
	if _, err := pipeline.Exec(ctx); err != nil {
		return 0, err
	}
	return count.Val(), nil
}

// Count returns the number of payments within the last hour.
func (h *History) Count(ctx context.Context, fingerprint string) (int64, error) {
	count, err := h.client.Get(ctx, key(fingerprint)).Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return count, err
}

// Close closes the connections.
func (h *History) Close() error {
	return h.client.Close()
}

func key(fingerprint string) string {
	return "risk:payments:" + fingerprint
}
