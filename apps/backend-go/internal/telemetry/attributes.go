package telemetry

import (
	"go.opentelemetry.io/otel/attribute"
)

// OrderID is the business attribute that finds the spans of an order.
func OrderID(id string) attribute.KeyValue {
	return attribute.String("order.id", id)
}

// PaymentAmount is an amount in euros.
func PaymentAmount(cents int64) attribute.KeyValue {
	return attribute.Float64("payment.amount", float64(cents)/100)
}

// PaymentID is the id of a payment.
func PaymentID(id string) attribute.KeyValue {
	return attribute.String("payment.id", id)
}

// ShipmentID is the id of a shipment.
func ShipmentID(id string) attribute.KeyValue {
	return attribute.String("shipment.id", id)
}
