import { setUpChromium } from './chromium.ts'
import { playwright } from './playwright.ts'
import { report } from './report.ts'

/** The React suite with the newest React of the registry, or with another tag or version: `-- canary`, `-- 18.2.0`. */
const [tag = 'latest'] = process.argv.slice(2)
await setUpChromium()
report([
  await playwright(`React ${tag}`, 'packages/otel-web/test/conformance/playwright.config.ts', {
    env: { REACT_TAG: tag },
    args: ['react.spec.ts'],
  }),
])
