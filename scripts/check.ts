import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from './command.ts'
import { report, type StepResult } from './report.ts'

/** Lint, types of every part, unused code: one result each. */
export async function check(): Promise<StepResult> {
  const steps = [
    ['lint', ['biome', 'check', '.', '--error-on-warnings']],
    ...typeScriptProjects().map((project) => [`types of ${project}`, ['tsc', '-p', project]] as const),
    ['unused code', ['knip']],
  ] as const
  let failed = 0
  for (const [name, command] of steps) {
    try {
      await run(command, { cwd: ROOT })
      console.log(`✓ ${name}`)
    } catch (error) {
      failed++
      console.error(`✗ ${name}\n${error instanceof Error ? error.message : error}`)
    }
  }
  return { name: 'check', passed: steps.length - failed, failed, skipped: 0 }
}

function typeScriptProjects(): string[] {
  const folders = [
    'scripts',
    'e2e',
    ...['apps', 'packages'].flatMap((parent) =>
      readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
    ),
  ]
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => /^tsconfig.*\.json$/.test(file))
      .map((file) => `${folder}/${file}`),
  )
}

if (import.meta.main) report([await check()])
