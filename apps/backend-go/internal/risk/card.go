package risk

import (
	"crypto/sha256"
	"encoding/hex"
)

// The only test card that is accepted. All others are declined.
var cardWithMoney = Fingerprint("4242424242424242")

// Fingerprint identifies a card without its number, which does not leave the payments service.
func Fingerprint(digits string) string {
	sum := sha256.Sum256([]byte(digits))
	return hex.EncodeToString(sum[:])
}
