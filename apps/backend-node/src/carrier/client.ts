import { type CallOptions, credentials, type ServiceError, status } from '@grpc/grpc-js'
import {
  type CarrierStub,
  loadCarrier,
  type Manifest,
  type QuoteReply,
  type QuoteRequest,
} from './definition.ts'

const TIMEOUT_MILLIS = 3000

/** The carrier does not take the shipment. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
}

export interface Booking {
  readonly priceCents: number
  readonly trackingNumber: string
  readonly slot: string
}

export interface CarrierClient {
  /** Books a shipment with each of the four kinds of calls. Throws a `RefusedError` if the carrier does not take it. */
  book(request: QuoteRequest): Promise<Booking>
  close(): void
}

/** A client of the carrier at `address`, which is connected to at the first call. */
export function openCarrier(address: string): CarrierClient {
  const Carrier = loadCarrier()
  const stub = new Carrier(address, credentials.createInsecure())
  return {
    async book(request) {
      const { priceCents } = await quote(stub, request)
      const slots = await listSlots(stub, request.orderId)
      const { trackingNumber } = await addParcels(stub, request)
      return { priceCents, trackingNumber, slot: await negotiate(stub, request.orderId, slots) }
    },
    close: () => stub.close(),
  }
}

async function quote(stub: CarrierStub, request: QuoteRequest): Promise<QuoteReply> {
  try {
    return await new Promise<QuoteReply>((resolve, reject) =>
      stub.quote(request, options(), (error, reply) => (reply ? resolve(reply) : reject(error))),
    )
  } catch (error) {
    const { code, details } = error as Partial<ServiceError>
    if (code === status.FAILED_PRECONDITION) throw new RefusedError(details)
    throw error
  }
}

async function listSlots(stub: CarrierStub, orderId: string): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of stub.listSlots({ orderId }, options()) as AsyncIterable<{ name: string }>)
    names.push(name)
  return names
}

function addParcels(stub: CarrierStub, { orderId, parcels }: QuoteRequest): Promise<Manifest> {
  return new Promise((resolve, reject) => {
    const call = stub.addParcels(options(), (error, manifest) => {
      if (!manifest) reject(error)
      else if (manifest.received === parcels) resolve(manifest)
      else reject(new Error(`${manifest.received} of ${parcels} parcels were received`))
    })
    for (let number = 1; number <= parcels; number += 1) call.write({ orderId, number })
    call.end()
  })
}

/** Offers each slot, and returns the last one that the carrier accepts. */
async function negotiate(stub: CarrierStub, orderId: string, slots: readonly string[]): Promise<string> {
  const call = stub.negotiate(options())
  const answers = call[Symbol.asyncIterator]() as AsyncIterator<{ slot: string; isAccepted: boolean }>
  let accepted: string | undefined
  for (const name of slots) {
    call.write({ orderId, name })
    const { value, done } = await answers.next()
    if (done) throw new Error('the carrier ended the negotiation')
    if (value.isAccepted) accepted = value.slot
  }
  call.end()
  // The stream, and with it its span, ends when the server's end is read.
  const { done } = await answers.next()
  if (!done) throw new Error('the carrier did not end the negotiation')
  if (accepted === undefined) throw new Error('the carrier accepted no slot')
  return accepted
}

/** A call ends with the status DEADLINE_EXCEEDED when the carrier does not answer in time. */
function options(): CallOptions {
  return { deadline: Date.now() + TIMEOUT_MILLIS }
}
