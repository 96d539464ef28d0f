package settlement

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/httptrace/otelhttptrace"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/throughline/throughline/apps/backend-go/internal/events"
)

const (
	bankTimeout = 5 * time.Second
	// Settlements are rare, so that a connection is not kept for the next one.
	idleTimeout = 100 * time.Millisecond
)

// Bank transfers money by HTTPS. A request has spans for DNS, connecting, TLS, sending and receiving.
type Bank struct {
	url    string
	client *http.Client
}

// NewBank returns a client of the bank at url, whose certificate is signed by the one in the file.
func NewBank(url, certificateFile string) (*Bank, error) {
	pem, err := os.ReadFile(certificateFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate", certificateFile)
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13},
		IdleConnTimeout: idleTimeout,
	}
	traced := otelhttp.NewTransport(transport, otelhttp.WithClientTrace(phases))
	return &Bank{url: url, client: &http.Client{Transport: traced, Timeout: bankTimeout}}, nil
}

func phases(ctx context.Context) *httptrace.ClientTrace {
	return otelhttptrace.NewClientTrace(ctx, otelhttptrace.WithoutHeaders())
}

// Transfer returns the bank's reference.
func (b *Bank) Transfer(ctx context.Context, event events.PaymentAccepted) (string, error) {
	body, err := json.Marshal(map[string]any{"paymentId": event.PaymentID, "amountCents": event.AmountCents})
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/transfers", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("content-type", "application/json")
	response, err := b.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("the bank answered with %s", response.Status)
	}
	var transfer struct {
		Reference string `json:"reference"`
	}
	if err := json.NewDecoder(response.Body).Decode(&transfer); err != nil {
		return "", fmt.Errorf("read the bank's answer: %w", err)
	}
	// The connection, and with it the span http.receive, ends with the last byte.
	_, err = io.Copy(io.Discard, response.Body)
	return transfer.Reference, err
}
