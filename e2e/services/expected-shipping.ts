import type { ExpectedSpan } from '@throughline/otel-testing'
import { client } from '../expected-spans.ts'
import { acquired, statement } from './expected-spans.ts'

/** The lines of the log of a shipment. */
export const SHIPPING_LINES = [
  'carrier: parcel received',
  'carrier: shipment quoted',
  ...['slot answered', 'slot answered', 'slot sent', 'slot sent'].map((line) => `carrier: ${line}`),
  'dispatch: shipment dispatched',
  'settlement: dispatch recorded',
  'shipping: shipment booked',
]

export interface Shipment {
  readonly orderId: string
  readonly exchange?: string
}

/** The call of a worker, and the spans of an order that is shipped. */
export function shippingCall(shipment: Shipment): ExpectedSpan {
  return {
    ...client('fulfilment', 'POST'),
    status: 'UNSET',
    attributes: { 'http.response.status_code': 201 },
    children: [bookedShipment(shipment)],
  }
}

/** The request, the four kinds of gRPC calls, the row, and the message with what it causes. */
export function bookedShipment({ orderId, exchange = 'shipments' }: Shipment): ExpectedSpan {
  return {
    service: 'shipping',
    name: 'POST /shipments',
    kind: 'SERVER',
    status: 'UNSET',
    attributes: {
      'http.route': '/shipments',
      'http.response.status_code': 201,
      'order.id': orderId,
      'shipment.id': /^[0-9a-f-]{36}$/,
      'shipment.parcels': 1,
    },
    children: [
      ...bookingSteps(),
      { ...publication(exchange), status: 'UNSET', children: [dispatched(exchange, orderId)] },
    ],
  }
}

export function bookingSteps(): ExpectedSpan[] {
  return [
    carrierCall('Quote'),
    carrierCall('ListSlots'),
    carrierCall('AddParcels', ['incr']),
    carrierCall('Negotiate'),
    nodeStatement('shipping', 'INSERT'),
  ]
}

export function publication(exchange: string): ExpectedSpan {
  return { service: 'shipping', name: `publish ${exchange}`, kind: 'PRODUCER' }
}

/** The consumer of RabbitMQ, which publishes to Kafka, where the settlement reads. */
export function dispatched(exchange: string, orderId: string): ExpectedSpan {
  return {
    service: 'dispatch',
    name: `${exchange}.booked process`,
    kind: 'CONSUMER',
    status: 'UNSET',
    attributes: { 'order.id': orderId, 'messaging.operation': 'process' },
    children: [
      nodeStatement('dispatch', 'UPDATE'),
      {
        service: 'dispatch',
        name: 'send shipments.dispatched',
        kind: 'PRODUCER',
        status: 'UNSET',
        attributes: { 'messaging.system': 'kafka' },
        children: [recordedDispatch(orderId)],
      },
    ],
  }
}

function recordedDispatch(orderId: string): ExpectedSpan {
  return {
    service: 'settlement',
    name: 'shipments.dispatched receive',
    kind: 'CONSUMER',
    children: [
      {
        service: 'settlement',
        name: 'shipments.dispatched process',
        kind: 'CONSUMER',
        status: 'UNSET',
        attributes: { 'order.id': orderId },
        children: [acquired(), statement('INSERT')],
      },
    ],
  }
}

/** The consumer of Kafka in Node, of a message that Go has published. */
export function issuedReceipt(orderId: string): ExpectedSpan {
  return {
    service: 'receipts',
    name: 'process payments.accepted',
    kind: 'CONSUMER',
    status: 'UNSET',
    attributes: { 'order.id': orderId, 'messaging.system': 'kafka' },
    children: [nodeStatement('receipts', 'INSERT')],
  }
}

/** The spans of one call of the carrier, and of its commands for Redis. */
export function carrierCall(method: string, commands: readonly string[] = []): ExpectedSpan {
  const name = `grpc.throughline.carrier.v1.Carrier/${method}`
  const children = commands.map((command) => ({
    ...client('carrier', command),
    attributes: { 'db.system.name': 'redis' },
  }))
  return {
    ...client('shipping', name),
    status: 'UNSET',
    attributes: { 'rpc.grpc.status_code': 0 },
    children: [{ service: 'carrier', name, kind: 'SERVER', status: 'UNSET', children }],
  }
}

function nodeStatement(service: string, operation: string): ExpectedSpan {
  return {
    ...client(service, `pg.query:${operation} postgres`),
    status: 'UNSET',
    attributes: { 'db.system.name': 'postgresql' },
    children: [],
  }
}
