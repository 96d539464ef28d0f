package events

import "testing"

func TestParseShipmentDispatchedReadsWhatAppsBackendNodePublishes(t *testing.T) {
	got, err := ParseShipmentDispatched([]byte(`{"shipmentId":"s1","orderId":"o1"}`))
	if want := (ShipmentDispatched{ShipmentID: "s1", OrderID: "o1"}); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestParseShipmentDispatchedRefusesWhatCannotBeProcessed(t *testing.T) {
	for name, value := range map[string]string{
		"no message":     ``,
		"no JSON":        `shipment`,
		"another type":   `[1]`,
		"no shipment id": `{"orderId":"o1"}`,
		"no order id":    `{"shipmentId":"s1"}`,
	} {
		if event, err := ParseShipmentDispatched([]byte(value)); err == nil {
			t.Errorf("%s: got %v", name, event)
		}
	}
}
