import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { build } from 'esbuild'
import { startCorpusServer } from './server.ts'

const ZONE = ['handler', 'handler, after an await', 'after a fetch', 'after Promise.all'] as const
const PAGES = {
  react: ['handler', 'handler, after an await', 'transition', 'transition, after an await'],
  vue: ['handler', 'handler, after an await', 'watcher', 'next tick', 'watcher, after an await'],
  zone: ZONE,
  'zone-late': ZONE,
  'zone-compiled': [...ZONE, 'rendering after a chunk'],
} as const

for (const [name, places] of Object.entries(PAGES)) {
  test(`with ${name}, each click keeps its context and the page works`, async ({ page }) => {
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(`beside/${name.replace('-compiled', '')}.ts`, import.meta.url))],
      bundle: true,
      write: false,
      define: { 'process.env.NODE_ENV': '"production"' },
      target: 'es2022',
      // As the Angular CLI does beside zone.js, for dependencies, too.
      supported: { 'async-await': name !== 'zone-compiled' },
    })
    const server = await startCorpusServer({ '/page.js': outputFiles[0]?.text ?? '' })
    try {
      await page.goto(server.origin)
      await page.addScriptTag({ url: '/page.js' })
      for (const click of [1, 2]) {
        await page.getByRole('button').click()
        await expect(page.locator('b')).toContainText('done')
        await expect
          .poll(() =>
            page.evaluate((prefix) => window.seen.filter((line) => line.endsWith(prefix)), `click ${click}`),
          )
          .toEqual(places.map((place) => `${place}: click ${click}`))
      }
      expect(await page.evaluate(() => window.seen.length)).toBe(places.length * 2)
      expect(errors).toEqual([])
    } finally {
      await server.close()
    }
  })
}
