import { setUpChromium } from './chromium.ts'
import { playwright } from './playwright.ts'
import { report } from './report.ts'

/** Apps of the frameworks that docs/frameworks has guides for: installed from the packed packages, built and served. */
await setUpChromium()
report([await playwright('frameworks', 'e2e/frameworks/playwright.config.ts')])
