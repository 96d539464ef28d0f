package bank_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"github.com/throughline/throughline/apps/backend-go/internal/bank"
)

func TestTheCertificateIsTrustedByItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bank.pem")
	certificate, err := bank.NewCertificate([]string{"localhost"}, file)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: roots}); err != nil {
		t.Error(err)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: "example.com", Roots: roots}); err == nil {
		t.Error("another name is accepted")
	}
}
