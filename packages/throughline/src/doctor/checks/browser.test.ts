import { describe, expect, test } from 'vitest'
import { found, ids, PAGE_URL, span, TRACE_ID, target } from '../../../test/observed.ts'
import type { BrowserObservation, BrowserRequest } from '../target/target.ts'
import { checkBrowser } from './browser.ts'

const CONTEXT = { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', traceFlags: 1 }
const FINE = { failure: undefined }

const request = (fields: Partial<BrowserRequest> = {}): BrowserRequest => ({
  step: 'load',
  method: 'GET',
  url: new URL('/api', PAGE_URL),
  context: CONTEXT,
  ...fields,
})

/** The findings of a page with the SDK that exported once. */
function check(changes: Partial<BrowserObservation> = {}, head?: string) {
  const browser = {
    ...{
      requests: [],
      exports: [FINE],
      spans: [],
      blockedScripts: [],
      errors: [],
      failedSteps: [],
      hasHandle: true,
    },
    ...changes,
  }
  return checkBrowser(target({ browser, ...(head === undefined ? {} : { page: { head } }) }))
}

test('without the browser there is no finding', () => {
  expect(checkBrowser(target())).toEqual([])
})

test('a page that exports has no finding', () => {
  expect(check({ requests: [request()] })).toEqual([])
})

test('each step that fails is a finding', () => {
  expect(found(check({ failedSteps: ['load: net::ERR', 'click #a: Timeout'] }))).toEqual([
    ['browser-step-failed', 'load: net::ERR'],
    ['browser-step-failed', 'click #a: Timeout'],
  ])
})

describe('the SDK', () => {
  const absent = { hasHandle: false, exports: [] }

  test.each([
    ['is there by its global variable', { hasHandle: true, exports: [] }],
    ['is there by an export', { hasHandle: false }],
    [
      'is there by the headers of a request',
      {
        ...absent,
        requests: [request(), request({ context: undefined, url: new URL('https://b.example/') })],
      },
    ],
  ])('%s', (_, changes) => {
    expect(check(changes)).toEqual([])
  })

  test('is absent without these', () => {
    expect(found(check({ ...absent, requests: [request({ context: undefined })] }))).toEqual([
      ['browser-no-sdk', 'requests of the page: 1, none with traceparent; no export'],
    ])
  })

  test('is blocked, which is the only finding about it', () => {
    const blockedScripts = [
      { url: 'https://a.example/throughline.js?key=secret', reason: 'csp' },
      { url: 'https://a.example/throughline-sdk.js', reason: 'mixed-content' },
    ]
    expect(found(check({ ...absent, blockedScripts, errors: ['error'] }))).toEqual([
      [
        'browser-script-blocked',
        'https://a.example/throughline.js?key=REDACTED: csp; https://a.example/throughline-sdk.js: mixed-content',
      ],
    ])
  })

  test('throws errors, which is the only finding about it', () => {
    expect(found(check({ ...absent, errors: ['a', 'b'] }))).toEqual([['browser-sdk-error', 'a; b']])
  })
})

describe('exports', () => {
  test.each([
    [
      'that fail are counted, with each cause once',
      [FINE, { failure: 'csp' }, { failure: 'status 403' }, { failure: 'csp' }],
      '3 of 4 exports to https://www.example.com/v1/traces: csp, status 403',
    ],
    ['can all fail', [{ failure: 'csp' }], '1 of 1 exports to https://www.example.com/v1/traces: csp'],
  ])('%s', (_, exports, seen) => {
    expect(found(check({ exports }))).toEqual([['browser-export-failed', seen]])
  })

  test.each([
    ['one sampled request of two is enough', [0, 1], []],
    ['a sampled request can have a random id', [3], []],
    ['only unsampled requests are a note', [0, 2], ['browser-not-sampled']],
    ['no requests say nothing', [], []],
  ])('%s', (_, flags, expected) => {
    const requests = flags.map((traceFlags) => request({ context: { ...CONTEXT, traceFlags } }))
    expect(ids(check({ requests }))).toEqual(expected)
  })

  test('that fail are reported instead of a session that is not sampled', () => {
    const requests = [request({ context: { ...CONTEXT, traceFlags: 0 } })]
    expect(ids(check({ requests, exports: [{ failure: 'csp' }] }))).toEqual(['browser-export-failed'])
  })
})

describe('a request without trace headers', () => {
  const untraced = (url: string) => request({ url: new URL(url, PAGE_URL), context: undefined })
  const head =
    '<script src="/throughline.js" data-service-name=a data-propagate-to="https://api.example"></script>'

  test.each([
    ['to the origin of the page is a finding', '/api', ['browser-untraced-request']],
    ['to a listed origin is a finding', 'https://api.example/', ['browser-untraced-request']],
    ['to another origin is none', 'https://other.example/', []],
    ['to another port is none', 'https://www.example.com:8443/', []],
  ])('%s', (_, url, expected) => {
    expect(ids(check({ requests: [untraced(url)] }, head))).toEqual(expected)
  })

  test('is named with its step and without query values, three at most', () => {
    const requests = ['/a?b=secret', '/a?b=other', '/c', '/d', '/e', '/f'].map(untraced)
    expect(found(check({ requests }))).toEqual([
      [
        'browser-untraced-request',
        'GET https://www.example.com/a?b=REDACTED (load), GET https://www.example.com/c (load), GET https://www.example.com/d (load) and 2 more',
      ],
    ])
  })
})

describe('a request after a click', () => {
  const action = [{ key: 'throughline.action.type', value: 'click' }]
  const root = span({ spanId: CONTEXT.spanId, parentSpanId: undefined, kind: 'CLIENT' })

  test.each([
    ['that is a root belongs to no action', 'click #a', [root], ['browser-no-action']],
    ['that is the action itself is none', 'click #a', [{ ...root, attributes: action }], []],
    ['that has a parent belongs to it', 'click #a', [{ ...root, parentSpanId: 'p' }], []],
    ['whose span was not exported is not known', 'click #a', [], []],
    ['that was made while the page was loaded is none', 'load', [root], []],
  ])('%s', (_, ...[step, spans, expected]) => {
    const requests = [request({ step: String(step) })]
    expect(ids(check({ requests, spans: spans as BrowserObservation['spans'] }))).toEqual(expected)
  })
})
