import { join } from 'node:path'
import { build } from './build.ts'
import { setUpChromium } from './chromium.ts'
import { findJaeger } from './jaeger.ts'
import { playwright } from './playwright.ts'
import { report } from './report.ts'

/** Runs the end-to-end trace tests with a real Jaeger, or prints why none is available. */
const jaeger = await findJaeger({ log: console.log }).catch((error: Error) => {
  console.log(`not run: Jaeger. ${error.message}`)
})
if (jaeger) {
  console.log(`Jaeger: ${jaeger.origin}`)
  await setUpChromium()
  await build()
  const env = { E2E_JAEGER: '1' }
  report([await playwright('e2e in Jaeger', join('e2e', 'playwright.config.ts'), { env, args: ['traces'] })])
}
