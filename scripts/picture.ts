import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { chromiumLaunchOptions } from '@throughline/otel-testing/playwright'
import { buy, GOOD_CARD, goToCheckout } from '../e2e/checkout.ts'
import { fetchTrace } from '../e2e/trace.ts'
import { build } from './build.ts'
import { setUpChromium } from './chromium.ts'
import { ROOT } from './command.ts'
import { freePorts } from './ports.ts'
import { startSystem } from './system.ts'

/** Creates the picture of the README: buys a product and takes a screenshot of its trace in the viewer. */
await setUpChromium()
await build()
const stateFolder = mkdtempSync(join(tmpdir(), 'throughline-picture-'))
const system = await startSystem({ ports: await freePorts(), stateFolder })
const browser = await chromium.launch(chromiumLaunchOptions())
try {
  const page = await browser.newPage({
    baseURL: system.shopUrl,
    viewport: { width: 1280, height: 900 },
    deviceScaleFactor: 1.5,
  })
  // The first order is a warm-up, so that the picture has no cold starts.
  for (const _ of ['warm up', 'picture']) {
    await goToCheckout(page, { productId: 'enamel-mug', card: GOOD_CARD })
    const { traceId } = await buy(page)
    await page.getByText('packed and on its way').waitFor()
    while (!(await fetchTrace(system.uiUrl, traceId)).some(({ name }) => name === 'click Buy'))
      await page.waitForTimeout(200)
    await page.goto(`${system.uiUrl}/trace/${traceId}`)
    await page.getByText('click Buy').first().waitFor()
  }
  await page.screenshot({ path: join(ROOT, 'docs/trace.png'), fullPage: true })
} finally {
  await browser.close()
  await system.stop()
  rmSync(stateFolder, { recursive: true, force: true })
}
