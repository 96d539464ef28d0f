import { join } from 'node:path'
import {
  type CallOptions,
  type ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientWritableStream,
  type GrpcObject,
  loadPackageDefinition,
  type requestCallback,
  type ServiceClientConstructor,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

export interface QuoteRequest {
  readonly orderId: string
  readonly parcels: number
}

export interface QuoteReply {
  readonly priceCents: number
}

export interface ListSlotsRequest {
  readonly orderId: string
}

export interface Slot {
  readonly orderId: string
  readonly name: string
}

export interface Parcel {
  readonly orderId: string
  readonly number: number
}

export interface Manifest {
  readonly received: number
  readonly trackingNumber: string
}

export interface Answer {
  readonly slot: string
  readonly isAccepted: boolean
}

/** The client that `@grpc/grpc-js` creates from `proto/carrier/v1/carrier.proto`. */
export interface CarrierStub extends Client {
  quote(request: QuoteRequest, options: CallOptions, callback: requestCallback<QuoteReply>): void
  listSlots(request: ListSlotsRequest, options: CallOptions): ClientReadableStream<Slot>
  addParcels(options: CallOptions, callback: requestCallback<Manifest>): ClientWritableStream<Parcel>
  negotiate(options: CallOptions): ClientDuplexStream<Slot, Answer>
}

interface CarrierConstructor {
  new (address: string, credentials: ChannelCredentials): CarrierStub
  readonly service: ServiceDefinition
}

const PROTO = join(import.meta.dirname, '../../proto/carrier/v1/carrier.proto')

/** Reads the definition of the service, and returns its client and what a server registers. */
export function loadCarrier(): CarrierConstructor {
  const root = loadPackageDefinition(loadSync(PROTO, { defaults: true }))
  const { carrier } = root.throughline as GrpcObject
  const { v1 } = carrier as GrpcObject
  const { Carrier } = v1 as GrpcObject
  return Carrier as ServiceClientConstructor as unknown as CarrierConstructor
}
