#!/bin/sh
# Generates internal/gen from the .proto files. Needs protoc (or Python with grpcio-tools) and the two plugins:
#   go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
#   go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.1
set -eu
cd "$(dirname "$0")/.."
PATH="$PATH:$(go env GOPATH)/bin"
protoc=protoc
command -v protoc >/dev/null || protoc="python3 -m grpc_tools.protoc"
module=github.com/throughline/throughline/apps/backend-go
$protoc -I proto --go_out=. --go_opt=module=$module --go-grpc_out=. --go-grpc_opt=module=$module proto/risk/v1/risk.proto
