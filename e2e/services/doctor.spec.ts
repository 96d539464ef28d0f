import { readBody, startHttpServer } from '@throughline/otel-testing/node'
import { findFreePorts } from '../../scripts/ports.ts'
import { GOOD_CARD } from '../checkout.ts'
import { type Finding, runDoctor } from '../ingress/doctor.ts'
import { expect, test } from './fixtures.ts'

const PAGE = '<!doctype html><title>Pay</title>'
const OFF = { OTEL_INSTRUMENTATION_GRPC_ENABLED: 'false' }

test.describe('the doctor at a payment', () => {
  test('finds nothing when each service is instrumented', async ({ system }) => {
    expect(await diagnose(system, {}, '--deep')).toEqual([])
  })

  test('finds a gRPC server without an interceptor', async ({ system }) => {
    const findings = await diagnose(system, { risk: OFF })
    expect(findings.map(({ id }) => id)).toEqual(['trace-service-missing'])
    expect(findings[0]?.seen).toMatch(
      /^no span of risk after .* no server span below payments "throughline\.risk\.v1\.Risk\/Screen"/,
    )
  })

  test('finds a gRPC client without an interceptor', async ({ system }) => {
    const findings = await diagnose(system, { payments: OFF })
    expect(findings.map(({ id }) => id)).toEqual(['trace-service-missing'])
    expect(findings[0]?.seen).toMatch(/^no span of risk after .* has spans of payments/)
  })

  test('finds a message without headers', async ({ system }) => {
    const findings = await diagnose(system, { payments: { OTEL_INSTRUMENTATION_KAFKA_ENABLED: 'false' } })
    expect(findings.map(({ id }) => id)).toEqual(['trace-service-missing'])
    expect(findings[0]?.seen).toMatch(/^no span of settlement, bank after /)
  })
})

interface Overrides {
  readonly risk?: Readonly<Record<string, string>>
  readonly payments?: Readonly<Record<string, string>>
}

type Fixtures = Parameters<Parameters<typeof test>[2]>[0]

/** Starts the risk and payments services with other variables, and runs the doctor on a page whose request is a payment. */
async function diagnose(
  { services, uiUrl, otlpUrl }: Fixtures['system'],
  { risk = {}, payments = {} }: Overrides,
  ...args: readonly string[]
): Promise<readonly Finding[]> {
  const [riskPort = 0, paymentsPort = 0] = await findFreePorts(2)
  const started = [
    await services.startAnother('risk', { ...risk, LISTEN_ADDRESS: `127.0.0.1:${riskPort}` }),
    await services.startAnother('payments', {
      ...payments,
      LISTEN_ADDRESS: `127.0.0.1:${paymentsPort}`,
      RISK_ADDRESS: `127.0.0.1:${riskPort}`,
    }),
  ]
  const door = await startDoor(`http://127.0.0.1:${paymentsPort}/payments`)
  try {
    const findings = await runDoctor(
      door.url,
      '--bundled',
      `--request=${door.url}/pay`,
      `--endpoint=${otlpUrl}`,
      `--backend=${uiUrl}`,
      '--expect=payments,risk,settlement,bank',
      ...args,
    )
    // otelgrpc 0.72 and redisotel 9.23 write names that the newest conventions deprecate.
    return findings.filter(({ id }) => id !== 'trace-deprecated-attribute')
  } finally {
    await door.close()
    for (const service of started.reverse()) await service.stop()
  }
}

/** A page, and a request of it that is a payment. It passes the context on, as a proxy does. */
function startDoor(paymentsUrl: string) {
  return startHttpServer(async (request, response) => {
    await readBody(request)
    const { traceparent, tracestate } = request.headers
    if (request.url !== '/pay') {
      response.setHeader('content-type', 'text/html')
      return response.end(PAGE)
    }
    const answer = await fetch(paymentsUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(typeof traceparent === 'string' && { traceparent }),
        ...(typeof tracestate === 'string' && { tracestate }),
      },
      body: JSON.stringify({ orderId: crypto.randomUUID(), amountCents: 1800, card: GOOD_CARD }),
    })
    response.statusCode = answer.status
    response.setHeader('server-timing', `traceparent;desc="${String(traceparent)}"`)
    return response.end(await answer.text())
  })
}
