package events

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ShipmentsDispatched is the topic of shipments that have left, written by apps/backend-node. Its key is the order id.
const ShipmentsDispatched = "shipments.dispatched"

// ShipmentDispatched is the JSON value of a message.
type ShipmentDispatched struct {
	ShipmentID string `json:"shipmentId"`
	OrderID    string `json:"orderId"`
}

// ParseShipmentDispatched reads the value of a message. It returns an error for one that no consumer can process.
func ParseShipmentDispatched(value []byte) (ShipmentDispatched, error) {
	var event ShipmentDispatched
	if err := json.Unmarshal(value, &event); err != nil {
		return event, fmt.Errorf("the message is not a shipment: %w", err)
	}
	if event.ShipmentID == "" || event.OrderID == "" {
		return event, errors.New("the message has no shipment id or no order id")
	}
	return event, nil
}
