package risk

import (
	"context"
	"errors"
	"fmt"
	"io"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/throughline/throughline/apps/backend-go/internal/gen/riskv1"
	"github.com/throughline/throughline/apps/backend-go/internal/telemetry"
)

// ErrRefused is the result for a card that is not accepted.
var ErrRefused = errors.New("the card was refused")

// Order is what the risk service is asked about.
type Order struct {
	ID          string
	AmountCents int64
	Fingerprint string
}

// Client calls the risk service.
type Client struct {
	connection *grpc.ClientConn
	risk       riskv1.RiskClient
}

// Dial returns a client of the service at address, which is connected to at the first call.
func Dial(address string) (*Client, error) {
	options := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if telemetry.IsInstrumented("grpc") {
		options = append(options, grpc.WithStatsHandler(otelgrpc.NewClientHandler()))
	}
	connection, err := grpc.NewClient(address, options...)
	if err != nil {
		return nil, err
	}
	return &Client{connection: connection, risk: riskv1.NewRiskClient(connection)}, nil
}

// Close closes the connection.
func (c *Client) Close() error {
	return c.connection.Close()
}

// Assess asks about an order with each of the four kinds of calls. It returns ErrRefused if the card is not accepted.
func (c *Client) Assess(ctx context.Context, order Order) error {
	_, err := c.risk.Screen(ctx, &riskv1.ScreenRequest{
		OrderId:         order.ID,
		AmountCents:     order.AmountCents,
		CardFingerprint: order.Fingerprint,
	})
	if status.Code(err) == codes.FailedPrecondition {
		return ErrRefused
	}
	if err != nil {
		return fmt.Errorf("screen: %w", err)
	}
	signals, err := c.listSignals(ctx, order)
	if err != nil {
		return fmt.Errorf("list signals: %w", err)
	}
	if err := c.reportSteps(ctx, order, signals); err != nil {
		return fmt.Errorf("report steps: %w", err)
	}
	if err := c.verify(ctx, order); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return nil
}

func (c *Client) listSignals(ctx context.Context, order Order) ([]*riskv1.Signal, error) {
	stream, err := c.risk.ListSignals(ctx, &riskv1.ListSignalsRequest{
		OrderId:         order.ID,
		AmountCents:     order.AmountCents,
		CardFingerprint: order.Fingerprint,
	})
	if err != nil {
		return nil, err
	}
	var signals []*riskv1.Signal
	for {
		signal, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return signals, nil
		}
		if err != nil {
			return nil, err
		}
		signals = append(signals, signal)
	}
}

func (c *Client) reportSteps(ctx context.Context, order Order, signals []*riskv1.Signal) error {
	stream, err := c.risk.ReportSteps(ctx)
	if err != nil {
		return err
	}
	for _, signal := range signals {
		// The reason of a failure is the error of CloseAndRecv.
		if err := stream.Send(&riskv1.Step{OrderId: order.ID, Name: signal.GetName()}); err != nil {
			break
		}
	}
	summary, err := stream.CloseAndRecv()
	if err != nil {
		return err
	}
	if int(summary.GetReceived()) != len(signals) {
		return fmt.Errorf("%d of %d steps were received", summary.GetReceived(), len(signals))
	}
	return nil
}

func (c *Client) verify(ctx context.Context, order Order) error {
	stream, err := c.risk.Verify(ctx)
	if err != nil {
		return err
	}
	isVerified := false
	for _, factor := range []string{"card", "address"} {
		if err := stream.Send(&riskv1.Factor{OrderId: order.ID, Name: factor}); err != nil {
			break
		}
		verdict, err := stream.Recv()
		if err != nil {
			return err
		}
		isVerified = verdict.GetIsEnough()
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	// The stream, and with it its span, ends when the server's end is read.
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("the stream did not end: %w", err)
	}
	if !isVerified {
		return errors.New("the factors were not enough")
	}
	return nil
}
