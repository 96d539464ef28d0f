import type { ExpectedSpan } from '@throughline/otel-testing'
import { client, paymentsServer } from '../expected-spans.ts'

/** The span of the shop's call, and the spans of the Node backend, which calls the Go service. */
export function paymentCall(status: 'ERROR' | 'UNSET', payments: ExpectedSpan): ExpectedSpan {
  const forwarded = { ...client('backend', 'POST'), status, children: [payments] }
  return {
    ...client('shop', 'POST'),
    status,
    children: [paymentsServer({ status: 'UNSET', children: [forwarded] })],
  }
}

/** The spans of one call of the risk service, and of its commands for Redis. */
export function riskCall(method: string, commands: readonly string[] = []): ExpectedSpan {
  const name = `throughline.risk.v1.Risk/${method}`
  const children = commands.map((command) => ({
    ...client('risk', command),
    attributes: { 'db.system': 'redis' },
  }))
  return {
    ...client('payments', name),
    status: 'UNSET',
    attributes: { 'rpc.response.status_code': 'OK' },
    children: [{ service: 'risk', name, kind: 'SERVER', status: 'UNSET', children }],
  }
}

/** The message of an accepted payment, its settlement, and what other consumers do. */
export function settledPayment(others: readonly ExpectedSpan[]): ExpectedSpan {
  return {
    service: 'payments',
    name: 'payments.accepted publish',
    kind: 'PRODUCER',
    status: 'UNSET',
    children: [
      ...others,
      {
        service: 'settlement',
        name: 'payments.accepted receive',
        kind: 'CONSUMER',
        children: [
          {
            service: 'settlement',
            name: 'payments.accepted process',
            kind: 'CONSUMER',
            status: 'UNSET',
            children: [acquired(), statement('INSERT'), bankTransfer(), acquired(), statement('UPDATE')],
          },
        ],
      },
    ],
  }
}

/** A connection of the pool, which connects when it is the first. */
export function acquired(): ExpectedSpan {
  return {
    ...client('settlement', 'pool.acquire'),
    children: [{ ...client('settlement', 'connect'), optional: true }],
  }
}

/** A statement, which is prepared when it is the first on its connection. */
export function statement(operation: string): ExpectedSpan {
  return {
    ...client('settlement', operation),
    status: 'UNSET',
    attributes: { 'db.system.name': 'postgresql', 'db.operation.name': operation },
    children: [{ ...client('settlement', operation), optional: true }],
  }
}

function bankTransfer(): ExpectedSpan {
  const phase = (name: string) => client('settlement', `http.${name}`)
  return {
    ...client('settlement', 'HTTP POST'),
    status: 'UNSET',
    attributes: { 'http.response.status_code': 201 },
    children: [
      {
        ...phase('getconn'),
        children: [phase('dns'), { ...phase('connect'), repeated: true }, phase('tls')],
      },
      phase('headers'),
      phase('send'),
      phase('receive'),
      { service: 'bank', name: 'POST /transfers', kind: 'SERVER', status: 'UNSET', children: [] },
    ],
  }
}
