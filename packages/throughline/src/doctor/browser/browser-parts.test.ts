import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BrowserContext, Request } from 'playwright'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { loadChromium, MissingBrowser } from './load-playwright.ts'
import { readExport } from './page-export.ts'
import { RequestsInFlight } from './requests-in-flight.ts'

/** A folder with files, which is deleted when the test is over. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-folder-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const withChromium = (name: string) => `module.exports = { chromium: '${name}' }`

describe('the Playwright of a folder', () => {
  test('is that of this repository', async () => {
    expect((await loadChromium(import.meta.dirname)).name()).toBe('chromium')
  })

  test.each([
    ['playwright', 'node_modules/playwright/index.js'],
    ['@playwright/test', 'node_modules/@playwright/test/index.js'],
    ['playwright-core', 'node_modules/playwright-core/index.js'],
  ])('can be the package %s', async (name, path) => {
    expect(await loadChromium(folderWith({ [path]: withChromium(name) }))).toBe(name)
  })

  test('is the first of several packages', async () => {
    const folder = folderWith({
      'node_modules/playwright-core/index.js': withChromium('playwright-core'),
      'node_modules/@playwright/test/index.js': withChromium('@playwright/test'),
    })
    expect(await loadChromium(folder)).toBe('@playwright/test')
  })

  test('can be above the folder', async () => {
    const folder = folderWith({
      'node_modules/playwright/index.js': withChromium('above'),
      'a/b/package.json': '{}',
    })
    expect(await loadChromium(join(folder, 'a/b'))).toBe('above')
  })

  test('is not a package without Chromium', async () => {
    const folder = folderWith({
      'node_modules/playwright/index.js': 'module.exports = {}',
      'node_modules/playwright-core/index.js': withChromium('playwright-core'),
    })
    expect(await loadChromium(folder)).toBe('playwright-core')
  })

  test('is missing in an empty folder, and the message says what to install', async () => {
    const folder = folderWith({})
    const error = await loadChromium(folder).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(MissingBrowser)
    expect(String(error)).toContain(`${folder} does not have: npm install --save-dev playwright`)
  })
})

describe('the spans of an export', () => {
  const EXPORT = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"click"}]}]}]}'
  const names = async (body: Buffer | null, encoding: string | null) => {
    const request = {
      postDataBuffer: () => body,
      headerValue: (name: string) => Promise.resolve(name === 'content-encoding' ? encoding : null),
    }
    return (await readExport(request as unknown as Request)).map(({ name }) => name)
  }

  type Case = readonly [title: string, body: Buffer | null, rest: readonly [string | null, readonly string[]]]

  test.each<Case>([
    ['are read from JSON', Buffer.from(EXPORT), [null, ['click']]],
    ['are read from compressed JSON', gzipSync(EXPORT), ['gzip', ['click']]],
    ['are none without a body', null, [null, []]],
    ['are none in an empty body', Buffer.from(''), [null, []]],
    ['are none in a body that is not JSON', Buffer.from('\n\u0004'), [null, []]],
    ['are none in a body that is not compressed as it says', Buffer.from(EXPORT), ['gzip', []]],
    ['are none in a body whose compression does not end', gzipSync(EXPORT).subarray(0, 20), ['gzip', []]],
    ['are none in an encoding that is not known', gzipSync(EXPORT), ['br', []]],
  ])('%s', async (_, body, [encoding, expected]) => {
    expect(await names(body, encoding)).toEqual(expected)
  })

  test('are read when the headers cannot be read any more', async () => {
    const request = {
      postDataBuffer: () => Buffer.from(EXPORT),
      headerValue: () => Promise.reject(new Error('the page was closed')),
    }
    expect(await readExport(request as unknown as Request)).toHaveLength(1)
  })
})

describe('the requests in flight', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** A browser that makes requests, and how far a wait for 500 ms of silence and at most 3 s is. */
  function wait() {
    const context = new EventEmitter()
    const requests = new RequestsInFlight(context as unknown as BrowserContext)
    const state = { isSettled: false }
    const start = () => void requests.settle(500, 3_000).then(() => (state.isSettled = true))
    const request = (type = 'fetch') => ({ resourceType: () => type })
    const after = async (millis: number) => {
      await vi.advanceTimersByTimeAsync(millis)
      return state.isSettled
    }
    return { context, start, request, after }
  }

  test('are over after the time of silence when there are none', async () => {
    const { start, after } = wait()
    start()
    expect(await after(499)).toBe(false)
    expect(await after(1)).toBe(true)
  })

  test.each(['requestfinished', 'requestfailed'])(
    'are over after the time of silence that follows %s',
    async (event) => {
      const { context, start, request, after } = wait()
      const open = request()
      context.emit('request', open)
      start()
      expect(await after(1_000)).toBe(false)
      context.emit(event, open)
      expect(await after(499)).toBe(false)
      expect(await after(1)).toBe(true)
    },
  )

  test('begin the time of silence again', async () => {
    const { context, start, request, after } = wait()
    start()
    await after(400)
    const late = request()
    context.emit('request', late)
    context.emit('requestfinished', late)
    expect(await after(499)).toBe(false)
    expect(await after(1)).toBe(true)
  })

  test('are over when the last of several has ended', async () => {
    const { context, start, request, after } = wait()
    const [first, second] = [request(), request()]
    start()
    context.emit('request', first)
    context.emit('request', second)
    context.emit('requestfinished', first)
    expect(await after(600)).toBe(false)
    context.emit('requestfailed', second)
    expect(await after(500)).toBe(true)
  })

  test('are over after the time-out in any case', async () => {
    const { context, start, request, after } = wait()
    context.emit('request', request())
    start()
    expect(await after(2_999)).toBe(false)
    expect(await after(1)).toBe(true)
  })

  test.each(['eventsource', 'websocket', 'media'])(
    'do not contain those of type %s, which stay open',
    async (type) => {
      const { context, start, request, after } = wait()
      context.emit('request', request(type))
      start()
      expect(await after(500)).toBe(true)
    },
  )

  test('leave no timer', async () => {
    const { context, start, request, after } = wait()
    start()
    await after(500)
    context.emit('request', request())
    expect(vi.getTimerCount()).toBe(0)
  })
})
