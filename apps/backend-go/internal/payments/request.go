package payments

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

const maxAmountCents = 100_000_00

var (
	orderIDPattern = regexp.MustCompile(`^[\w-]{1,64}$`)
	cardPattern    = regexp.MustCompile(`^\d{12,19}$`)
)

// Request is the body of POST /payments.
type Request struct {
	OrderID     string `json:"orderId"`
	AmountCents int64  `json:"amountCents"`
	Card        string `json:"card"`
}

// normalize removes the separators of the card number and returns an error that says which field is wrong.
func (r *Request) normalize() error {
	r.Card = strings.NewReplacer(" ", "", "-", "").Replace(r.Card)
	switch {
	case !orderIDPattern.MatchString(r.OrderID):
		return errors.New(`orderId must be 1 to 64 letters, digits, "-" or "_"`)
	case r.AmountCents < 1 || r.AmountCents > maxAmountCents:
		return fmt.Errorf("amountCents must be from 1 to %d", maxAmountCents)
	case !cardPattern.MatchString(r.Card):
		return errors.New("card must have 12 to 19 digits")
	}
	return nil
}
