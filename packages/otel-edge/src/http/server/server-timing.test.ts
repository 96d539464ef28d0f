import { expect, test } from 'vitest'
import { withoutOwnTimings } from './server-timing.ts'

test.each([
  ['traceparent;desc="00-a-b-01", trace;desc="00-a-b-01", edge;desc="1";dur=3', undefined],
  ['db;dur=53, traceparent;desc="00-a-b-01", cache;desc="hit, edge"', 'db;dur=53, cache;desc="hit, edge"'],
  ['tracer;dur=1', 'tracer;dur=1'],
  ['edge;dur=1, trace;desc="a CDN\'s"', 'edge;dur=1, trace;desc="a CDN\'s"'],
  ['db;desc="a \\", trace;x"', 'db;desc="a \\", trace;x"'],
  ['', undefined],
])('the metrics of others in %j are kept', (header, rest) => {
  expect(withoutOwnTimings(header)).toBe(rest)
})

test.each([
  ['quotes', '"'.repeat(100_000)],
  ['quotes and commas', '",'.repeat(50_000)],
  ['backslashes in a quote', `"${'\\'.repeat(100_000)}`],
  ['spaces', `a${' '.repeat(100_000)}b`],
  ['hyphens of an unfinished traceparent', `trace;desc="00-${'-'.repeat(100_000)}`],
])('a header of 100,000 characters is read in linear time: %s', (_, header) => {
  const started = performance.now()
  withoutOwnTimings(header)
  // A parser with quadratic time would take minutes on a busy machine.
  expect(performance.now() - started).toBeLessThan(3_000)
})
