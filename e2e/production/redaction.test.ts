import { type KeyValue, redactAttribute } from '@throughline/otel-shared'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expandTemplate } from '../../packages/otel-shared/test/expand-template.ts'
import {
  ORDINARY_KEYS,
  ORDINARY_PATHS,
  ORDINARY_TEXTS,
  ORDINARY_URLS,
} from '../../packages/otel-shared/test/known-ordinary.ts'
import { createRandom, knownSecrets } from '../../packages/otel-shared/test/known-secrets.ts'
import {
  ORDINARY_TEXT_TEMPLATES,
  ORDINARY_URL_TEMPLATES,
} from '../../packages/otel-shared/test/ordinary-templates.ts'
import { SECRET_TEXTS, SECRET_URLS } from '../../packages/otel-shared/test/secret-templates.ts'
import { fetchTrace } from '../trace.ts'
import { NOT_REDACTED, REDACTED_BESIDES } from './redaction-differences.ts'
import { newTraceId, post, requestOf, strings } from './requests.ts'
import { type RunningMachine, startProduction } from './start-production.ts'

const { urls, texts } = knownSecrets()

let machine: RunningMachine
beforeAll(async () => {
  machine = await startProduction()
})
afterAll(() => machine?.stop())

describe('secrets that the SDK redacts', () => {
  test('the Collector redacts them, too, except for those that are named', async () => {
    const cases = [...urls, ...texts]
    const redacted = await throughCollector(
      'exception.message',
      cases.map(([, text]) => text),
    )
    const left = cases.flatMap(([kind, , secret], index) =>
      isLeft(redacted[index] ?? secret, secret) ? [kind] : [],
    )
    expect(left.toSorted()).toEqual(Object.keys(NOT_REDACTED).toSorted())
  })

  test('the Collector redacts the same secrets in an attribute that is an address', async () => {
    const redacted = await throughCollector(
      'url.full',
      urls.map(([, url]) => url),
    )
    const left = urls.flatMap(([kind, , secret], index) =>
      isLeft(redacted[index] ?? secret, secret) ? [kind] : [],
    )
    const named = Object.keys(NOT_REDACTED).filter((kind) => urls.some(([name]) => name === kind))
    expect(left.toSorted()).toEqual(named.filter((kind) => kind !== 'data of an address').toSorted())
  })

  test('what the SDK has redacted is stored as it is', async () => {
    const once = [...urls, ...texts].map(([, text]) => redactAttribute('exception.message', text))
    const again = await throughCollector('exception.message', once)
    expect(unnamed(differences(once, again))).toEqual([])
  })
})

describe('texts without a secret', () => {
  test.each([
    ['exception.message', [...ORDINARY_PATHS, ...ORDINARY_TEXTS]],
    ['http.target', ORDINARY_URLS.filter((url) => !url.includes('#'))],
  ])('those in %s are unchanged, except for those that are named', async (key, ordinary) => {
    const received = await throughCollector(key, ordinary)
    expect(unnamed(differences(ordinary, received))).toEqual([])
  })
})

describe('the second lists of docs/redaction.md, with random content', () => {
  const random = createRandom(1)
  const expand = (templates: readonly string[]) =>
    templates.map((template) => expandTemplate(template, random))

  test('at most 5 of 100 secrets are not redacted', async () => {
    const secrets = expand([...SECRET_URLS, ...SECRET_TEXTS])
    const redacted = await throughCollector(
      'exception.message',
      secrets.map(({ text }) => text),
    )
    const left = secrets.filter(({ text, secrets }, index) =>
      secrets.some((secret) => isLeft(redacted[index] ?? text, secret)),
    )
    const texts = left.map(({ text }) => text)
    expect([left.length * 20 <= secrets.length, texts]).toEqual([true, texts])
  })

  test('at most 2 of 100 ordinary texts are changed', async () => {
    const ordinary = expand([...ORDINARY_URL_TEMPLATES, ...ORDINARY_TEXT_TEMPLATES]).map(({ text }) => text)
    // The fragment of an address is removed.
    const kept = ordinary.filter((text) => !/^https?:[^ ]*#/.test(text))
    const changed = differences(kept, await throughCollector('exception.message', kept))
    expect([changed.length * 50 <= kept.length, changed]).toEqual([true, changed])
  })
})

describe('other places than attributes of spans', () => {
  const secret = 'mail to anna@example.com'
  const clean = 'mail to REDACTED'

  test('a secret in a name, a message, an event or the resource is redacted', async () => {
    const traceId = newTraceId()
    const event = {
      timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
      name: secret,
      attributes: strings({ 'app.note': secret }),
    }
    const request = requestOf(
      'places',
      [{ traceId, name: secret, status: { code: 2, message: secret }, events: [event] }],
      strings({ 'app.owner': secret, 'app.token': 'hunter2' }),
    )
    expect((await post(machine.otlpUrl, request)).status).toBe(200)
    const [span] = await stored(traceId, 1)
    expect(span).toMatchObject({ name: clean, status: { message: clean } })
    expect(span?.events?.[0]).toMatchObject({ name: clean, attributes: strings({ 'app.note': clean }) })
    expect(span?.resource).toMatchObject({ 'app.owner': clean, 'app.token': 'REDACTED' })
  })

  test('a value whose key names a secret is redacted, also a number or a list', async () => {
    const traceId = newTraceId()
    const attributes: KeyValue[] = [
      ...strings({ 'db.password': 'x', 'http.request.header.cookie': 'a=b', 'session.id': 'visit' }),
      { key: 'app.pin', value: { intValue: '1234' } },
      { key: 'app.tokens', value: { intValue: '12' } },
      { key: 'app.secrets', value: { arrayValue: { values: [{ stringValue: 'x' }] } } },
    ]
    await post(machine.otlpUrl, requestOf('keys', [{ traceId, attributes }]))
    const [span] = await stored(traceId, 1)
    expect(span?.values).toMatchObject({
      'db.password': 'REDACTED',
      'http.request.header.cookie': 'REDACTED',
      'session.id': 'visit',
      'app.pin': 'REDACTED',
      'app.tokens': 12,
      'app.secrets': 'REDACTED',
    })
  })

  test('values of ordinary keys are unchanged', async () => {
    const traceId = newTraceId()
    const sent = Object.fromEntries(ORDINARY_KEYS.map((key) => [key, 'hunter']))
    expect(ORDINARY_KEYS.map((key) => redactAttribute(key, 'hunter'))).toEqual(
      ORDINARY_KEYS.map(() => 'hunter'),
    )
    await post(machine.otlpUrl, requestOf('keys', [{ traceId, attributes: strings(sent) }]))
    const [span] = await stored(traceId, 1)
    expect(span?.values).toMatchObject(sent)
  })
})

/** The texts as Jaeger has them, each of which was the attribute of a span. */
async function throughCollector(key: string, sent: readonly string[]): Promise<(string | undefined)[]> {
  const traceId = newTraceId()
  const spans = sent.map((text, index) => ({
    traceId,
    name: String(index),
    attributes: strings({ [key]: text }),
  }))
  const response = await post(machine.otlpUrl, requestOf('texts', spans))
  expect(response.status).toBe(200)
  const received = new Map(
    (await stored(traceId, sent.length)).map(({ name, values }) => [name, String(values[key])]),
  )
  return sent.map((_, index) => received.get(String(index)))
}

async function stored(traceId: string, count: number) {
  const read = () => fetchTrace(machine.uiUrl, traceId)
  await expect.poll(async () => (await read()).length, { timeout: 20_000 }).toBe(count)
  return read()
}

function differences(sent: readonly string[], received: readonly (string | undefined)[]): string[][] {
  return sent.flatMap((text, index) => (received[index] === text ? [] : [[text, String(received[index])]]))
}

function unnamed(changed: string[][]): string[][] {
  const named = Object.keys(REDACTED_BESIDES)
  return changed.filter(([text = '']) => !named.some((part) => text.includes(part)))
}

/** Whether twelve characters of a secret, or all of a shorter one, are in a text. */
function isLeft(text: string, secret: string): boolean {
  const length = Math.min(secret.length, 12)
  const starts = Array.from({ length: secret.length - length + 1 }, (_, start) => start)
  return starts.some((start) => text.includes(secret.slice(start, start + length)))
}
