import { setTimeout as delay } from 'node:timers/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { eachProduct, type Measure, thousands } from '../measure.ts'
import { scriptsOf } from '../scripts.ts'
import { withVisit } from '../visit.ts'

const COLUMNS = ['before the first traced request (brotli)', '(gzip)', 'in all (brotli)', '(gzip) ', 'files']

/** The bytes that a visitor downloads before the first traced request, and in a visit with a click, a fetch and an unload. */
export const bytes: Measure = async (browser, products) => ({
  title: 'Bytes',
  text:
    'Bytes of JavaScript the page fetched for the product, compressed as a server would (brotli 11, gzip 9), ' +
    'counted by the server: until the first request that carried a trace header, and in a visit of 5 s with a ' +
    'click, requests and a reload.',
  columns: COLUMNS,
  summary: ['before the first traced request (brotli)', 'in all (brotli)'],
  rows: await eachProduct(products, 2, COLUMNS, (product) =>
    withVisit(browser, product, async ({ page, server }) => {
      const { files } = await scriptsOf(product)
      await page.goto(server.origin)
      for (let tries = 0; tries < 100 && !server.requests.some(({ spanId }) => spanId); tries++) {
        await delay(20)
        await page.evaluate(() => window.bench.ask('early'))
      }
      const traced = server.requests.some(({ spanId }) => spanId !== undefined)
      await page.click('#ask')
      await delay(4_000)
      await page.reload()
      await delay(1_000)
      const own = server.scripts.filter(({ path }) => path !== '/workload.js')
      const all = [...new Set(own.map(({ path }) => path))]
      const first = new Set(own.filter(({ tracedBefore }) => tracedBefore === 0).map(({ path }) => path))
      const sources = (paths: Iterable<string>) =>
        [...paths].map((path) => Buffer.from(files.get(path) ?? ''))
      return {
        'before the first traced request (brotli)': traced ? sum(sources(first), brotli) : 'never traced',
        '(gzip)': traced ? sum(sources(first), gzip) : '–',
        'in all (brotli)': sum(sources(all), brotli),
        '(gzip) ': sum(sources(all), gzip),
        files: String(all.length),
      }
    }),
  ),
})

function sum(sources: readonly Buffer[], sizeOf: (source: Buffer) => number): string {
  return thousands(sources.reduce((total, source) => total + sizeOf(source), 0))
}

function brotli(source: Buffer): number {
  return brotliCompressSync(source).length
}

function gzip(source: Buffer): number {
  return gzipSync(source, { level: 9 }).length
}
