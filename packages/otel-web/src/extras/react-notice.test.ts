import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createReactNotice } from './react-notice.ts'

let printed: string[]
beforeEach(() => {
  printed = []
  vi.spyOn(console, 'info').mockImplementation((text) => void printed.push(text))
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const LATE = expect.stringContaining('must be evaluated after startTracing()')
const MISSING = expect.stringContaining('throughline-react.js was not loaded')

test.each([
  ['_reactListening4hj2k', [LATE]],
  ['__reactEvents$x1', [LATE]],
  ['reactor', []],
  ['preact', []],
])('a document with the property %s is that of a React that was evaluated too early: %j', (key, expected) => {
  vi.stubGlobal('document', { [key]: true })
  createReactNotice(() => undefined)()
  expect(printed).toEqual(expected)
})

test.each([
  ['was not loaded', undefined, [MISSING]],
  ['was loaded', () => {}, []],
])('the React chunk %s', async (_, stop, expected) => {
  vi.stubGlobal('document', {})
  const following = Promise.resolve(stop)
  createReactNotice(() => following)()
  await following
  expect(printed).toEqual(expected)
})

test('the notice is printed once, also when React appears later', () => {
  const document: Record<string, unknown> = {}
  vi.stubGlobal('document', document)
  const print = createReactNotice(() => undefined)
  print()
  expect(printed).toEqual([])
  document._reactListening1 = true
  print()
  print()
  expect(printed).toEqual([LATE])
})
