// Package events has the messages between the services.
package events

import (
	"encoding/json"
	"errors"
	"fmt"
)

// PaymentsAccepted is the topic of accepted payments. Its key is the order id.
const PaymentsAccepted = "payments.accepted"

// PaymentAccepted is the JSON value of a message.
type PaymentAccepted struct {
	PaymentID   string `json:"paymentId"`
	OrderID     string `json:"orderId"`
	AmountCents int64  `json:"amountCents"`
}

// ParsePaymentAccepted reads the value of a message. It returns an error for one that no consumer can process.
func ParsePaymentAccepted(value []byte) (PaymentAccepted, error) {
	var event PaymentAccepted
	if err := json.Unmarshal(value, &event); err != nil {
		return event, fmt.Errorf("the message is not a payment: %w", err)
	}
	if event.PaymentID == "" || event.OrderID == "" {
		return event, errors.New("the message has no payment id or no order id")
	}
	return event, nil
}
