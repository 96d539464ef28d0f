package payments

import (
	"strings"
	"testing"
)

func TestSeparatorsOfTheCardAreRemoved(t *testing.T) {
	request := Request{OrderID: "order-1", AmountCents: 1800, Card: "4242 4242-4242 4242"}
	if err := request.normalize(); err != nil {
		t.Fatal(err)
	}
	if request.Card != "4242424242424242" {
		t.Errorf("the card is %q", request.Card)
	}
}

func TestInvalidRequestsAreRejected(t *testing.T) {
	valid := Request{OrderID: "order-1", AmountCents: 1800, Card: "4242424242424242"}
	for name, change := range map[string]func(*Request){
		"no order id":                func(r *Request) { r.OrderID = "" },
		"an order id of 65 letters":  func(r *Request) { r.OrderID = strings.Repeat("a", 65) },
		"nothing to pay":             func(r *Request) { r.AmountCents = 0 },
		"more than 100,000.00":       func(r *Request) { r.AmountCents = maxAmountCents + 1 },
		"a card of four digits":      func(r *Request) { r.Card = "4242" },
		"a card with a letter in it": func(r *Request) { r.Card = "424242424242424x" },
	} {
		request := valid
		change(&request)
		if err := request.normalize(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
