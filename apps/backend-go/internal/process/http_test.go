package process_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/throughline/throughline/apps/backend-go/internal/process"
)

func TestARequestInFlightIsAnsweredBeforeTheServerStops(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		stop()
		<-ctx.Done()
		_, _ = io.WriteString(w, "answered")
	})
	ended := make(chan error, 1)
	go func() { ended <- process.ServeHTTP(ctx, &http.Server{Handler: handler}, listener) }()
	response, err := http.Get("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "answered" {
		t.Errorf("the answer is %q, %v", body, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
