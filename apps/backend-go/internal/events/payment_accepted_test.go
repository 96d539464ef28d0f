package events

import (
	"encoding/json"
	"testing"
)

func TestParsePaymentAcceptedReadsWhatIsPublished(t *testing.T) {
	sent := PaymentAccepted{PaymentID: "p1", OrderID: "o1", AmountCents: 1900}
	value, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParsePaymentAccepted(value); err != nil || got != sent {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestParsePaymentAcceptedRefusesWhatCannotBeProcessed(t *testing.T) {
	for name, value := range map[string]string{
		"no message":    ``,
		"no JSON":       `payment`,
		"another type":  `[1]`,
		"wrong amount":  `{"paymentId":"p1","orderId":"o1","amountCents":"much"}`,
		"no payment id": `{"orderId":"o1","amountCents":1}`,
		"no order id":   `{"paymentId":"p1","amountCents":1}`,
	} {
		if event, err := ParsePaymentAccepted([]byte(value)); err == nil {
			t.Errorf("%s: got %v", name, event)
		}
	}
}
