import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from './command.ts'
import { type Failure, report, type StepResult } from './report.ts'

/** How many steps run at a time. */
const CONCURRENCY = 2

/** Lint and import circles, spelling, docs, structure, types, unused code, regular expressions: one result for each. */
export async function check(): Promise<StepResult> {
  const steps = [
    ['lint', ['biome', 'check', '.', '--error-on-warnings']],
    ['spelling', ['cspell', 'lint', '--no-progress', '--no-summary', '--dot']],
    ['docs', [process.execPath, 'scripts/check-docs.ts']],
    ['structure', [process.execPath, 'scripts/check-structure.ts']],
    ...typeScriptProjects().map((project) => [`types of ${project}`, ['tsc', '-p', project]] as const),
    ['unused code', ['knip']],
    ['linear expressions', [process.execPath, 'scripts/check-regexps.ts']],
  ] as const
  const failures: Failure[] = []
  const waiting = [...steps]
  const runSteps = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const [name, command] = step
      try {
        await run(command, { cwd: ROOT })
        console.log(`✓ ${name}`)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        failures.push({ name, message })
        console.error(`✗ ${name}\n${message}`)
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, runSteps))
  const failed = failures.length
  return { name: 'check', passed: steps.length - failed, failed, skipped: 0, failures }
}

function typeScriptProjects(): string[] {
  const folders = [
    'scripts',
    'e2e',
    ...['apps', 'packages'].flatMap((parent) =>
      readdirSync(join(ROOT, parent))
        .map((name) => `${parent}/${name}`)
        // Its modules are not installed here. `npm run e2e:services` checks its types.
        .filter((folder) => !existsSync(join(ROOT, folder, 'package-lock.json'))),
    ),
  ]
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => /^tsconfig.*\.json$/.test(file))
      .map((file) => `${folder}/${file}`),
  )
}

if (import.meta.main) report([await check()])
