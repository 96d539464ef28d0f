import { describe, expect, test } from 'vitest'
import { addResourceEntry } from '../../test/resource-entry.ts'
import { timingAttributes } from './timing-attributes.ts'

// A response over a new connection: the phases of https://www.w3.org/TR/resource-timing/#timestamp-diagram.
const TIMES = {
  startTime: 100,
  domainLookupStartTime: 110,
  domainLookupEndTime: 125.26,
  connectionStartTime: 125.26,
  connectionEndTime: 155,
  finalNetworkRequestStartTime: 156,
  finalNetworkResponseStartTime: 206,
  endTime: 220.04,
}
const OVER_NETWORK = { encodedSize: 512, decodedSize: 2048, alpn: 'h2' }

test('each phase of a request over a new connection has its duration in tenths of a millisecond', () => {
  expect(timingAttributes(addResourceEntry(TIMES, OVER_NETWORK))).toEqual({
    'throughline.timing.dns_ms': 15.3,
    'throughline.timing.connect_ms': 29.7,
    'throughline.timing.queue_ms': 56,
    'throughline.timing.wait_ms': 50,
    'throughline.timing.receive_ms': 14,
    'http.response.body.size': 512,
    'network.protocol.version': '2',
  })
})

describe('a phase that did not happen has no attribute', () => {
  const none = (...phases: string[]) =>
    Object.fromEntries(phases.map((phase) => [`throughline.timing.${phase}_ms`, undefined]))

  test.each([
    [
      'a connection that is reused has neither dns nor connect',
      {
        domainLookupStartTime: 100,
        domainLookupEndTime: 100,
        connectionStartTime: 100,
        connectionEndTime: 100,
      },
      none('dns', 'connect', 'redirect'),
    ],
    [
      'a response of one packet has no receive',
      { finalNetworkResponseStartTime: 220, endTime: 220 },
      none('receive'),
    ],
    [
      'a request that failed before its response has neither wait nor receive',
      { finalNetworkResponseStartTime: 0 },
      none('wait', 'receive'),
    ],
    [
      'times in the wrong order, as from a clock that was set back, are omitted',
      { finalNetworkRequestStartTime: 230 },
      none('wait'),
    ],
  ])('%s', (_, times, absent) => {
    expect({ ...absent, ...timingAttributes(addResourceEntry({ ...TIMES, ...times })) }).toMatchObject(absent)
  })
})

test('a redirect of the same origin is a phase of its own', () => {
  const entry = addResourceEntry({ ...TIMES, redirectStartTime: 100, redirectEndTime: 108 })
  expect(timingAttributes(entry)).toMatchObject({ 'throughline.timing.redirect_ms': 8 })
})

test('an entry of another origin without Timing-Allow-Origin has no attributes', () => {
  // All but the start and the end are 0: https://fetch.spec.whatwg.org/#create-an-opaque-timing-info
  const opaque = addResourceEntry({ startTime: 100, endTime: 220 })
  expect(opaque.responseEnd).toBeGreaterThan(0)
  expect(timingAttributes(opaque)).toEqual({})
})

test.each([
  ['http/0.9', '0.9'],
  ['http/1.0', '1.0'],
  ['http/1.1', '1.1'],
  ['h2', '2'],
  ['h3', '3'],
  ['h3-29', '3-29'],
])('the protocol %s has the version %s', (alpn, version) => {
  // Identifiers: https://www.iana.org/assignments/tls-extensiontype-values#alpn-protocol-ids
  const attributes = timingAttributes(addResourceEntry(TIMES, { ...OVER_NETWORK, alpn }))
  expect(attributes['network.protocol.version']).toBe(version)
})

test('the size of the body is the size on the wire', () => {
  const attributes = timingAttributes(addResourceEntry(TIMES, { encodedSize: 10, decodedSize: 99_000 }))
  expect(attributes['http.response.body.size']).toBe(10)
})
