package payments

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/throughline/throughline/apps/backend-go/internal/logging"
	"github.com/throughline/throughline/apps/backend-go/internal/risk"
	"github.com/throughline/throughline/apps/backend-go/internal/telemetry"
)

const maxBodyBytes = 16_384

// NewRouter returns the API: POST /payments and GET /healthz. Errors are { error: { code, message } }.
func NewRouter(service *Service, logger *zap.Logger) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.GET("/healthz", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	traced := router.Group("/", otelgin.Middleware("payments"), sendTraceID, recoverFrom(logger))
	traced.POST("/payments", handlePayment(service, logger))
	return router
}

// sendTraceID answers with the id of the trace, with which support finds the request.
func sendTraceID(c *gin.Context) {
	if spanContext := trace.SpanContextFromContext(c.Request.Context()); spanContext.IsValid() {
		c.Header("trace-id", spanContext.TraceID().String())
	}
	c.Next()
}

func recoverFrom(logger *zap.Logger) gin.HandlerFunc {
	return gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, reason any) {
		logger.Error("panic", zap.Any("reason", reason), logging.Trace(c.Request.Context()))
		abort(c, http.StatusInternalServerError, "internal", "Something went wrong here.")
	})
}

func handlePayment(service *Service, logger *zap.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx := c.Request.Context()
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBodyBytes)
		var request Request
		if err := c.ShouldBindJSON(&request); err != nil {
			rejectBody(c, err)
			return
		}
		if err := request.normalize(); err != nil {
			abort(c, http.StatusBadRequest, "bad_request", err.Error())
			return
		}
		trace.SpanFromContext(ctx).SetAttributes(
			telemetry.OrderID(request.OrderID), telemetry.PaymentAmount(request.AmountCents),
		)
		order := zap.String("orderId", request.OrderID)
		paymentID, err := service.Pay(ctx, request)
		switch {
		case errors.Is(err, risk.ErrRefused):
			// otelgin records the error and sets the status of the span.
			_ = c.Error(err)
			logger.Warn("payment refused", order, logging.Trace(ctx))
			abort(c, http.StatusPaymentRequired, "payment_refused", "The card was refused.")
		case err != nil:
			_ = c.Error(err)
			logger.Error("payment failed", order, zap.Error(err), logging.Trace(ctx))
			abort(c, http.StatusBadGateway, "payment_unavailable", "Payments cannot be made right now.")
		default:
			trace.SpanFromContext(ctx).SetAttributes(telemetry.PaymentID(paymentID))
			logger.Info("payment accepted", order, zap.String("paymentId", paymentID), logging.Trace(ctx))
			c.JSON(http.StatusCreated, gin.H{"paymentId": paymentID})
		}
	}
}

func rejectBody(c *gin.Context, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		abort(c, http.StatusRequestEntityTooLarge, "too_large", "Too large.")
		return
	}
	abort(c, http.StatusBadRequest, "bad_request", "The body must be a JSON object with orderId, amountCents and card.")
}

func abort(c *gin.Context, status int, code, message string) {
	c.AbortWithStatusJSON(status, gin.H{"error": gin.H{"code": code, "message": message}})
}
