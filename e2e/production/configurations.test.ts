import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, run } from '../../scripts/command.ts'
import { collectorArguments } from '../../scripts/otelcol/compose.ts'
import { findPrograms } from './start-production.ts'

const DEPLOY = join(ROOT, 'deploy')
const COLLECTORS = [
  ['one-machine', 'collector'],
  ['team', 'x-gateway'],
  ['team', 'x-sampler'],
  ['team', 'x-ingester'],
] as const
const programs = await findPrograms()

test.each(COLLECTORS)(
  'the Collector accepts the arguments of deploy/%s/compose.yaml, service %s',
  async (size, service) => {
    const args = collectorArguments(size, service)
    expect(args.length).toBeGreaterThan(3)
    await run([programs.otelcol, 'validate', ...args], { env: {} })
  },
)

test('the Collector rejects a configuration without one that defines a component', async () => {
  const without = collectorArguments('one-machine', 'collector').filter(
    (path) => !path.endsWith('/limits.yaml'),
  )
  await expect(run([programs.otelcol, 'validate', ...without], { env: {} })).rejects.toThrow('memory_limiter')
})

test('Jaeger accepts its configuration', async () => {
  const config = join(DEPLOY, 'one-machine/jaeger.yaml')
  await run([...programs.jaeger, 'validate', '--config', config], { env: {} })
})

test('every configuration of the Collector is used', () => {
  const used = new Set(
    COLLECTORS.flatMap(([size, service]) => collectorArguments(size, service).map((path) => basename(path))),
  )
  const files = globSync('{otelcol,one-machine,team}/*.yaml', { cwd: DEPLOY }).map((path) => basename(path))
  const others = ['compose.yaml', 'compose.yaml', 'jaeger.yaml', 'manifest.yaml']
  expect(files.filter((name) => !used.has(name)).sort()).toEqual(others)
})

test('no receiver allows other origins: pages send to the relay', () => {
  const texts = globSync('{otelcol,one-machine,team}/*.yaml', { cwd: DEPLOY }).map((path) =>
    readFileSync(join(DEPLOY, path), 'utf8').replaceAll(/^ *#.*$/gm, ''),
  )
  expect(texts.join('\n')).not.toMatch(/cors|allowed_origins/)
})
