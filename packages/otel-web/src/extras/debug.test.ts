import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDebugConsole } from './debug.ts'

let printed: unknown[]
beforeEach(() => {
  printed = []
  vi.spyOn(console, 'info').mockImplementation((text) => void printed.push(text))
})
afterEach(() => {
  vi.restoreAllMocks()
})

const TRACE = 'a'.repeat(32)

describe('debug mode', () => {
  test.each<[string | true, string]>([
    [true, `http://localhost:16686/trace/${TRACE}`],
    ['https://jaeger.example/trace/{traceId}', `https://jaeger.example/trace/${TRACE}`],
    ['https://tempo.example/?q={traceId}&x=1', `https://tempo.example/?q=${TRACE}&x=1`],
    ['https://example.com/', 'https://example.com/'],
  ])('%s links each trace to %s', (link, address) => {
    createDebugConsole(link, []).onTrace({ traceId: TRACE, name: 'click Buy' })
    expect(printed).toEqual([`[throughline] click Buy: ${address}`])
  })

  test('names once for each origin why no trace headers were sent', () => {
    const { onNotSent } = createDebugConsole(true, [])
    onNotSent(new URL('https://a.example/1'), 'foreign origin')
    onNotSent(new URL('https://a.example/2'), 'foreign origin')
    onNotSent(new URL('https://a.example:81/'), 'foreign origin')
    onNotSent(new URL('https://shop.example/out'), 'excluded by noPropagate')
    expect(printed).toEqual([
      '[throughline] no trace headers to https://a.example: foreign origin',
      '[throughline] no trace headers to https://a.example:81: foreign origin',
      '[throughline] no trace headers to https://shop.example: excluded by noPropagate',
    ])
  })

  test('names what could not be patched', () => {
    createDebugConsole(true, ['fetch', 'send'])
    expect(printed).toEqual(['[throughline] not traced, because the page has made it read-only: fetch, send'])
  })
})
