import { join } from 'node:path'
import { build } from './build.ts'
import { setUpChromium } from './chromium.ts'
import { findJaeger } from './jaeger.ts'
import { playwright } from './playwright.ts'
import { report, type StepResult } from './report.ts'
import { checkGo } from './services/check-go.ts'
import { checkNode } from './services/check-node.ts'
import { prepareServices, UnavailableError } from './services/prepare.ts'

const CONFIG = join('e2e', 'services', 'playwright.config.ts')

/**
 * Runs the end-to-end tests with PostgreSQL, Redis, Kafka, RabbitMQ and the services in Go and Node, in the embedded
 * collector and in a real Jaeger, or prints what is missing and why.
 */
const programs = await prepareServices({ log: console.log }).catch((error: unknown) => {
  if (!(error instanceof UnavailableError)) throw error
  console.log(`not run: the end-to-end tests with services. ${error.message}`)
})
if (programs) {
  await setUpChromium()
  await build()
  const results: StepResult[] = [await checkGo()]
  if (programs.node) results.push(await checkNode())
  results.push(await playwright('e2e with services', CONFIG))
  const jaeger = await findJaeger({ log: console.log, canBuild: false }).catch((error: Error) => {
    console.log(`not run: the end-to-end tests with services in Jaeger. ${error.message}`)
  })
  if (jaeger) {
    console.log(`Jaeger: ${jaeger.origin}`)
    const env = { E2E_JAEGER: '1' }
    results.push(await playwright('e2e with services in Jaeger', CONFIG, { env, args: ['services.spec'] }))
  }
  report(results)
}
