/**
 * The gRPC status codes in the `Status` bodies of OTLP's error responses.
 *
 * @see https://grpc.io/docs/guides/status-codes/
 */
export const GRPC_STATUS = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const
