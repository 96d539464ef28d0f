import { isNamed } from '@throughline/otel-testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MissingPackages, type ServeCommand, type ServedApp } from '../frameworks/app.ts'
import {
  expectOneTrace,
  get,
  type InstalledApp,
  installRuntime,
  PRODUCT,
  serveRuntime,
} from './runtime-app.ts'

/** A template that a framework builds and serves. */
export interface Framework {
  readonly name: string
  readonly command: ServeCommand
  /** The path of product 7. Default: `/products/7`. */
  readonly path?: string
  /** The trace of a request to that path. Default: that of a Hono app. */
  readonly expected?: ExpectedTrace
}

/** Declares the tests of the app of a framework. */
export function testFramework({ name, command, path = '/products/7', expected = PRODUCT }: Framework): void {
  describe(`the app of the guide: ${name}`, () => {
    const lines: string[] = []
    let app: InstalledApp
    let served: ServedApp
    let missing: string | undefined
    beforeAll(async () => {
      try {
        app = await installRuntime(name)
      } catch (error) {
        if (!(error instanceof MissingPackages)) throw error
        missing = `${name} is not run: ${error.message}`
        console.warn(missing)
        return
      }
      served = await serveRuntime(app, command, { onLine: (line) => lines.push(line) })
    })
    afterAll(async () => {
      await served?.stop()
      await app?.close()
    })

    beforeEach(({ skip }) => skip(missing !== undefined, missing))

    test(`a request to ${name} is one trace with its outgoing request, without warnings`, async () => {
      await expectOneTrace(app, (traceparent) => get(served.url, path, traceparent), expected)
      expect(lines.filter((line) => line.includes('throughline:'))).toEqual([])
    })

    test(`exports of ${name} are not traced`, () => {
      const addresses = app.collector.spans().map(({ values }) => String(values['url.full'] ?? ''))
      expect(addresses.filter((address) => address.startsWith(app.collector.url))).toEqual([])
      expect(app.collector.spans().filter(isNamed('POST'))).toEqual([])
    })
  })
}
