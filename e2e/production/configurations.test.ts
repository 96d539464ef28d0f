import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT, run } from '../../scripts/command.ts'
import { collectorConfigs } from '../../scripts/otelcol/one-machine.ts'
import { findPrograms } from './start-production.ts'

const DEPLOY = join(ROOT, 'deploy')
const programs = await findPrograms()

describe('the configurations of deploy/one-machine', () => {
  const configs = collectorConfigs('one-machine')

  test('the Collector accepts those of the Compose file, in its order', async () => {
    expect(configs.map((path) => basename(path))).toEqual([
      'receivers.yaml',
      'limits.yaml',
      'redaction.yaml',
      'span-metrics.yaml',
      'export-otlp.yaml',
      'pipeline.yaml',
    ])
    await run([programs.otelcol, 'validate', ...configs.map((path) => `--config=${path}`)], { env: {} })
  })

  test('the Collector rejects them without one that defines a component', async () => {
    const without = configs.filter((path) => !path.endsWith('/limits.yaml'))
    await expect(
      run([programs.otelcol, 'validate', ...without.map((path) => `--config=${path}`)]),
    ).rejects.toThrow('memory_limiter')
  })

  test('Jaeger accepts its own', async () => {
    await run([...programs.jaeger, 'validate', '--config', join(DEPLOY, 'one-machine/jaeger.yaml')], {
      env: {},
    })
  })
})

test('every configuration of the Collector belongs to a size', () => {
  const used = new Set(collectorConfigs('one-machine').map((path) => basename(path)))
  const fragments = readdirSync(join(DEPLOY, 'otelcol')).filter((name) => name.endsWith('.yaml'))
  expect(fragments.filter((name) => !used.has(name))).toEqual(['manifest.yaml'])
})

test('no receiver allows other origins: pages send to the relay', () => {
  const texts = collectorConfigs('one-machine').map((path) =>
    readFileSync(path, 'utf8').replaceAll(/^ *#.*$/gm, ''),
  )
  expect(texts.join('\n')).not.toMatch(/cors|allowed_origins/)
})
