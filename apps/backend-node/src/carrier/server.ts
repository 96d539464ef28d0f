import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { trace } from '@opentelemetry/api'
import type { Logger } from 'pino'
import { describeOrder, recordError } from '../telemetry/attributes.ts'
import type { QuoteReply, QuoteRequest, Slot } from './definition.ts'
import { type Answer, type ListSlotsRequest, loadCarrier, type Manifest, type Parcel } from './definition.ts'
import type { TrackingNumbers } from './tracking-numbers.ts'

const MAX_PARCELS = 20
const CENTS_PER_PARCEL = 490
const SLOTS = ['this morning', 'this afternoon']

export interface CarrierOptions {
  readonly trackingNumbers: TrackingNumbers
  readonly logger: Logger
}

/** A gRPC server of the service, which does not listen yet. */
export function createCarrier({ trackingNumbers, logger }: CarrierOptions): Server {
  /** Records a message of a stream as an event of its span, which the instrumentation does not do, and in the log. */
  const recordMessage = (message: string, orderId: string, name: string) => {
    trace.getActiveSpan()?.addEvent(message, { 'message.name': name })
    logger.info({ orderId, item: name }, message)
  }

  const quote: handleUnaryCall<QuoteRequest, QuoteReply> = ({ request }, callback) => {
    const { orderId, parcels } = request
    describeOrder({ orderId, parcels })
    if (parcels > MAX_PARCELS) {
      const error = new Error(`a shipment has at most ${MAX_PARCELS} parcels`)
      recordError(error)
      logger.warn({ orderId, parcels }, 'shipment refused')
      return callback(toServiceError(status.FAILED_PRECONDITION, error.message))
    }
    logger.info({ orderId, parcels }, 'shipment quoted')
    callback(null, { priceCents: CENTS_PER_PARCEL * parcels })
  }

  const listSlots: handleServerStreamingCall<ListSlotsRequest, Slot> = (call) => {
    const { orderId } = call.request
    for (const name of SLOTS) {
      call.write({ orderId, name })
      recordMessage('slot sent', orderId, name)
    }
    call.end()
  }

  const addParcels: handleClientStreamingCall<Parcel, Manifest> = async (call, callback) => {
    try {
      let received = 0
      for await (const { orderId, number } of call as AsyncIterable<Parcel>) {
        received += 1
        recordMessage('parcel received', orderId, String(number))
      }
      // A stream that the caller cancels ends here as any other. Without an answer, its span would not end.
      callback(null, { received, trackingNumber: await trackingNumbers.next() })
    } catch (error) {
      recordError(error)
      callback(toServiceError(status.UNAVAILABLE, 'no tracking number'))
    }
  }

  const negotiate: handleBidiStreamingCall<Slot, Answer> = async (call) => {
    try {
      let received = 0
      for await (const { orderId, name } of call as AsyncIterable<Slot>) {
        received += 1
        // The first slot of the day is always full.
        call.write({ slot: name, isAccepted: received > 1 })
        recordMessage('slot answered', orderId, name)
      }
      call.end()
    } catch (error) {
      recordError(error)
      call.emit('error', toServiceError(status.INTERNAL, 'the slots could not be read'))
    }
  }

  const server = new Server()
  server.addService(loadCarrier().service, { quote, listSlots, addParcels, negotiate })
  return server
}

/** The instrumentation takes the text of the span's status from `message`, gRPC that of the response from `details`. */
function toServiceError(code: status, message: string): Partial<ServiceError> {
  return { code, message, details: message }
}
