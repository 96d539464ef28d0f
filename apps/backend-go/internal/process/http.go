package process

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// How long requests in flight may take once the service stops.
const drainTimeout = 2 * time.Second

// ServeHTTP serves on the listener until ctx is cancelled and the requests in flight have ended.
func ServeHTTP(ctx context.Context, server *http.Server, listener net.Listener) error {
	server.ReadHeaderTimeout = 5 * time.Second
	failed := make(chan error, 1)
	go func() {
		var err error
		if server.TLSConfig == nil {
			err = server.Serve(listener)
		} else {
			err = server.ServeTLS(listener, "", "")
		}
		failed <- err
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drainCtx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	err := server.Shutdown(drainCtx)
	if serveErr := <-failed; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
