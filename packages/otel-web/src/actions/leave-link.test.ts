import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { rememberLeaving, takeLeaveLink } from './leave-link.ts'

const KEY = 'throughline.left'
const ACTION = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
const NOW = 1_790_000_000_000

beforeEach(() => {
  sessionStorage.clear()
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  // The second page of the tab.
  vi.stubGlobal('history', { length: 2 })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the next page of the tab', () => {
  test.each([0, 1])('links to the action that led to it, with the flags %i, once', (traceFlags) => {
    rememberLeaving({ ...ACTION, traceFlags })
    expect(takeLeaveLink()).toEqual([{ context: { ...ACTION, traceFlags, isRemote: true } }])
    expect(takeLeaveLink()).toBeUndefined()
  })

  test('links to the last of several actions', () => {
    rememberLeaving(ACTION)
    rememberLeaving({ ...ACTION, spanId: 'c'.repeat(16) })
    expect(takeLeaveLink()?.[0]?.context.spanId).toBe('c'.repeat(16))
  })

  test('has no link after an action that did not navigate', () => {
    rememberLeaving(ACTION)
    rememberLeaving(undefined)
    expect(takeLeaveLink()).toBeUndefined()
  })

  test.each([
    [0, true],
    [60_000, true],
    [60_001, false],
    [-60_001, false],
    [86_400_000, false],
  ])('%i ms later has a link: %s', (millis, isLinked) => {
    rememberLeaving(ACTION)
    vi.setSystemTime(NOW + millis)
    expect(takeLeaveLink() !== undefined).toBe(isLinked)
    expect(sessionStorage.getItem(KEY)).toBeNull()
  })

  test('uses the sampled flag only', () => {
    rememberLeaving({ ...ACTION, traceFlags: 3 })
    expect(takeLeaveLink()?.[0]?.context.traceFlags).toBe(1)
  })
})

test.each(['', 'x', '...', `${ACTION.traceId}`, `${ACTION.traceId}..1.${NOW}`, `.${ACTION.spanId}.1.${NOW}`])(
  'the stored value %j is no link',
  (stored) => {
    sessionStorage.setItem(KEY, stored)
    expect(takeLeaveLink()).toBeUndefined()
  },
)

test('the first page of a tab does not access the storage', () => {
  class Document {
    get referrer() {
      return ''
    }
  }
  vi.stubGlobal('Document', Document)
  vi.stubGlobal('document', new Document())
  vi.stubGlobal('history', { length: 1 })
  rememberLeaving(ACTION)
  expect(takeLeaveLink()).toBeUndefined()
  expect(sessionStorage.getItem(KEY)).not.toBeNull()
})

test('without storage there is no link and no error', () => {
  vi.stubGlobal('sessionStorage', undefined)
  rememberLeaving(ACTION)
  rememberLeaving(undefined)
  expect(takeLeaveLink()).toBeUndefined()
})
