import { afterEach, expect, test, vi } from 'vitest'
import { navigationTiming, readHtmlTrace } from './html-trace.ts'

const TRACE = 'a'.repeat(32)
const SPAN = 'b'.repeat(16)
/** When the page began, on the clock of the page. */
const startMillis = Date.now() - performance.now()

interface Html {
  readonly traceparent?: string
  readonly edge?: string
  readonly transferSize?: number
}

/** The navigation timing of a page whose HTML had these `Server-Timing` metrics. */
function visit({
  traceparent = `00-${TRACE}-${SPAN}-01`,
  edge = `${startMillis}`,
  transferSize = 900,
}: Html) {
  const serverTiming = [
    { name: 'cache', description: 'hit', duration: 1 },
    { name: 'traceparent', description: traceparent, duration: 0 },
    { name: 'edge', description: edge, duration: 3 },
  ]
  const entry = { serverTiming, transferSize } as unknown as PerformanceNavigationTiming
  vi.spyOn(performance, 'getEntriesByType').mockImplementation((type) =>
    type === 'navigation' ? [entry] : [],
  )
}

afterEach(() => {
  vi.restoreAllMocks()
})

// https://www.w3.org/TR/trace-context-2/#traceparent-header
test.each([
  [`00-${TRACE}-${SPAN}-01`, true],
  [`00-${TRACE}-${SPAN}-00`, false],
  [`00-${TRACE}-${SPAN}-03`, true],
  [`00-${TRACE}-${SPAN}-02`, false],
])('a page continues %s, sampled: %s', (traceparent, sampled) => {
  visit({ traceparent })
  expect(readHtmlTrace()).toEqual({ traceId: TRACE, spanId: SPAN, sampled })
})

test.each([
  ['is empty', ''],
  ['is of another version', `01-${TRACE}-${SPAN}-01`],
  ['has capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ['has a short trace id', `00-${TRACE.slice(1)}-${SPAN}-01`],
  ['has a long span id', `00-${TRACE}-${SPAN}b-01`],
  ['has no flags', `00-${TRACE}-${SPAN}`],
  ['has more after the flags', `00-${TRACE}-${SPAN}-01-x`],
  ['has a space', ` 00-${TRACE}-${SPAN}-01`],
])('a page starts a trace of its own when the traceparent %s', (_, traceparent) => {
  visit({ traceparent })
  expect(readHtmlTrace()).toBeUndefined()
})

test.each([
  ['now', 0, true],
  ['by a clock that is a minute ahead', 60_000, true],
  ['by a clock that is a minute behind', -60_000, true],
  ['three minutes ago, as from a shared cache', -180_000, false],
  ['in three minutes', 180_000, false],
])('HTML that the edge sent %s is continued: %s', (_, offsetMillis, isContinued) => {
  visit({ edge: `${startMillis + offsetMillis}` })
  expect(readHtmlTrace() !== undefined).toBe(isContinued)
})

test.each(['', 'now', 'NaN', '-'])('HTML with the date %j is not continued', (edge) => {
  visit({ edge })
  expect(readHtmlTrace()).toBeUndefined()
})

test('HTML from the cache of the browser is not continued', () => {
  visit({ transferSize: 0 })
  expect(readHtmlTrace()).toBeUndefined()
})

test('without navigation timing there is no trace of the HTML', () => {
  vi.spyOn(performance, 'getEntriesByType').mockReturnValue([])
  expect(navigationTiming()).toBeUndefined()
  expect(readHtmlTrace()).toBeUndefined()
})
