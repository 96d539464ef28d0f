import { join } from 'node:path'
import { build } from './build.ts'
import { setUpChromium } from './chromium.ts'
import { findJaeger } from './jaeger.ts'
import { playwright } from './playwright.ts'
import { report } from './report.ts'

/** The end-to-end traces once more, read back from a real Jaeger; says so by name where none can be had. */
const jaeger = await findJaeger(console.log).catch((error: Error) => {
  console.log(`not run: Jaeger. ${error.message}`)
})
if (jaeger) {
  console.log(`Jaeger: ${jaeger.origin}`)
  await setUpChromium()
  await build()
  const env = { E2E_JAEGER: '1' }
  report([await playwright('e2e in Jaeger', join('e2e', 'playwright.config.ts'), { env, args: ['traces'] })])
}
