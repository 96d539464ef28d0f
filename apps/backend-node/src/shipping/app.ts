import { trace } from '@opentelemetry/api'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import type { Logger } from 'pino'
import { type CarrierClient, RefusedError } from '../carrier/client.ts'
import { describeOrder, recordError } from '../telemetry/attributes.ts'
import type { Publisher } from './publisher.ts'
import { parseShipmentRequest } from './shipment-request.ts'
import type { ShipmentStore } from './store.ts'

const MAX_BODY_BYTES = 16_384

export interface AppOptions {
  readonly carrier: CarrierClient
  readonly shipments: ShipmentStore
  readonly publisher: Publisher
  readonly logger: Logger
}

/** The shipping API: `POST /shipments` and `GET /healthz`. Errors are `{ error: { code, message } }`. */
export function createApp({ carrier, shipments, publisher, logger }: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  app.use(sendTraceId)
  app.use(express.json({ limit: MAX_BODY_BYTES }))

  app.post('/shipments', async (request, response) => {
    const wanted = parseShipmentRequest(request.body)
    if ('problem' in wanted) return sendProblem(response, 400, ['bad_request', wanted.problem])
    const { orderId } = wanted
    describeOrder(wanted)
    try {
      const booking = await carrier.book(wanted)
      const { id: shipmentId, trackingNumber } = await shipments.insert(orderId, booking)
      describeOrder({ shipmentId })
      // After a failure the caller tries again. The consumer accepts a message twice.
      await publisher.publish({ shipmentId, orderId })
      logger.info({ orderId, shipmentId }, 'shipment booked')
      response.status(201).json({ shipmentId, trackingNumber })
    } catch (error) {
      recordError(error)
      if (error instanceof RefusedError) {
        logger.warn({ orderId }, 'shipment refused')
        return sendProblem(response, 422, ['shipment_refused', 'The carrier does not take this shipment.'])
      }
      logger.error({ orderId, err: error }, 'shipment failed')
      sendProblem(response, 502, ['shipping_unavailable', 'Nothing can be shipped right now.'])
    }
  })

  app.use((_request, response) => sendProblem(response, 404, ['not_found', 'No such page.']))
  app.use(
    (error: { readonly status?: number }, _request: Request, response: Response, _next: NextFunction) => {
      const status = error.status ?? 500
      if (status >= 500) logger.error({ err: error }, 'request failed')
      sendProblem(response, status, problemOf(status))
    },
  )
  return app
}

/** The problem of a request that did not reach its handler, by the status that Express gives it. */
function problemOf(status: number): readonly [code: string, message: string] {
  if (status >= 500) return ['internal_error', 'The request failed.']
  if (status === 413) return ['too_large', `The body must have at most ${MAX_BODY_BYTES} bytes.`]
  return ['bad_request', 'The body must be a JSON object with orderId and parcels.']
}

/** Answers with the id of the trace, with which support finds the request. */
function sendTraceId(_request: Request, response: Response, next: NextFunction): void {
  const traceId = trace.getActiveSpan()?.spanContext().traceId
  if (traceId !== undefined) response.set('trace-id', traceId)
  next()
}

function sendProblem(response: Response, status: number, [code, message]: readonly [string, string]): void {
  response.status(status).json({ error: { code, message } })
}
