package joins

import (
	"context"
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/go-kratos/kratos/v2/middleware/tracing"
	kratoshttp "github.com/go-kratos/kratos/v2/transport/http"
	"github.com/zeromicro/go-zero/core/conf"
	"github.com/zeromicro/go-zero/rest"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

func TestNetHTTP(t *testing.T) {
	expectJoin(t, "GET /orders/{id}", func(next http.HandlerFunc) http.Handler {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /orders/{id}", next)
		return otelhttp.NewHandler(mux, "server")
	})
}

func TestChi(t *testing.T) {
	expectJoin(t, "GET /orders/{id}", func(next http.HandlerFunc) http.Handler {
		router := chi.NewRouter()
		router.Use(otelhttp.NewMiddleware("server"))
		router.Get("/orders/{id}", next)
		return router
	})
}

func TestKratos(t *testing.T) {
	expectJoin(t, "/orders/{id}", func(next http.HandlerFunc) http.Handler {
		server := kratoshttp.NewServer(kratoshttp.Middleware(tracing.Server()))
		server.Route("/").GET("/orders/{id}", func(c kratoshttp.Context) error {
			// Kratos gives the context of the span to the handler behind its middleware only.
			handler := c.Middleware(func(ctx context.Context, _ any) (any, error) {
				next(c.Response(), c.Request().WithContext(ctx))
				return nil, nil
			})
			_, err := handler(c, nil)
			return err
		})
		return server
	})
}

func TestGoZero(t *testing.T) {
	expectJoin(t, "/orders/:id", func(next http.HandlerFunc) http.Handler {
		var config rest.RestConf
		// Loading fills in the defaults, among them the middleware for traces. With its own telemetry go-zero would
		// replace the global tracer provider.
		text := `{"Name": "server", "Port": 1, "Telemetry": {"Disabled": true}, "Log": {"Level": "severe"}}`
		if err := conf.LoadFromJsonBytes([]byte(text), &config); err != nil {
			t.Fatal(err)
		}
		server, err := rest.NewServer(config)
		if err != nil {
			t.Fatal(err)
		}
		server.AddRoute(rest.Route{Method: http.MethodGet, Path: "/orders/:id", Handler: next})
		serverless, err := rest.NewServerless(server)
		if err != nil {
			t.Fatal(err)
		}
		return http.HandlerFunc(serverless.Serve)
	})
}
