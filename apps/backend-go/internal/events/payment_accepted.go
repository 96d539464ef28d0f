// Package events has the messages between the services.
package events

// PaymentsAccepted is the topic of accepted payments. Its key is the order id.
const PaymentsAccepted = "payments.accepted"

// PaymentAccepted is the JSON value of a message.
type PaymentAccepted struct {
	PaymentID   string `json:"paymentId"`
	OrderID     string `json:"orderId"`
	AmountCents int64  `json:"amountCents"`
}
