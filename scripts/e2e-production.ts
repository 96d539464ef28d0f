import { join } from 'node:path'
import { build } from './build.ts'
import { setUpChromium } from './chromium.ts'
import { findJaeger } from './jaeger.ts'
import { findCollector } from './otelcol/find-collector.ts'
import { playwright } from './playwright.ts'
import { report, timed } from './report.ts'
import { vitest } from './vitest.ts'

const FOLDER = join('e2e', 'production')

/** Runs `deploy/one-machine` and `deploy/team` with the real programs, or prints which of them is missing and why. */
const programs = await findPrograms().catch((error: Error) => {
  console.log(`not run: deploy/one-machine and deploy/team. ${error.message}`)
})
if (programs) {
  for (const { name, origin } of programs) console.log(`${name}: ${origin}`)
  const tests = await timed(vitest('e2e of deploy', ['--config', join(FOLDER, 'vitest.config.ts')]))
  await setUpChromium()
  await build()
  const shop = playwright('the shop on deploy/one-machine', join(FOLDER, 'playwright.config.ts'))
  report([tests, await timed(shop)])
}

/** Finds or builds them one after the other: a build uses all processors. */
async function findPrograms(): Promise<{ readonly name: string; readonly origin: string }[]> {
  const { log } = console
  const collector = await findCollector({ log })
  const jaeger = await findJaeger({ log, canUseDocker: false })
  return [
    { name: 'OpenTelemetry Collector', origin: collector.origin },
    { name: 'Jaeger', origin: jaeger.origin },
  ]
}
