import { createRequire } from 'node:module'
import { join } from 'node:path'
import { NODE_SERVICES } from '../../scripts/services/node-services.ts'
import type { Services } from '../../scripts/services/services.ts'

interface Stream {
  write(message: object): void
  cancel(): void
  on(event: 'error', listener: () => void): void
}

type Stub = new (
  address: string,
  credentials: unknown,
) => { addParcels(metadata: unknown, callback: () => void): Stream }

interface Grpc {
  readonly credentials: { createInsecure(): unknown }
  readonly Metadata: new () => { set(name: string, value: string): void }
  loadPackageDefinition(definition: unknown): {
    readonly throughline: { readonly carrier: { readonly v1: { readonly Carrier: Stub } } }
  }
}

interface ProtoLoader {
  loadSync(file: string): unknown
}

// The modules of the services, here without instrumentation.
const require = createRequire(join(NODE_SERVICES, 'package.json'))

/** Calls the client stream of the carrier with these headers. */
export function addRawParcels({ ports }: Services, headers: Readonly<Record<string, string>>): Stream {
  const grpc = require('@grpc/grpc-js') as Grpc
  const { loadSync } = require('@grpc/proto-loader') as ProtoLoader
  const proto = loadSync(join(NODE_SERVICES, 'proto/carrier/v1/carrier.proto'))
  const { Carrier } = grpc.loadPackageDefinition(proto).throughline.carrier.v1
  const metadata = new grpc.Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  const stub = new Carrier(`127.0.0.1:${ports.carrierPort}`, grpc.credentials.createInsecure())
  const stream = stub.addParcels(metadata, () => {})
  stream.on('error', () => {})
  return stream
}
