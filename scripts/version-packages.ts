import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT, run } from './command.ts'

// Applies the changesets: the versions and changelogs of the packages, the version in the source, and the lock file.
const SOURCE = join(ROOT, 'packages/otel-shared/src/semconv.ts')
console.log(await run(['changeset', 'version'], { cwd: ROOT }))
const { version } = JSON.parse(await readFile(join(ROOT, 'packages/otel-shared/package.json'), 'utf8')) as {
  readonly version: string
}
const source = await readFile(SOURCE, 'utf8')
await writeFile(SOURCE, source.replace(/(?<=^export const VERSION = ').*(?='$)/m, version))
await run(['npm', 'install', '--package-lock-only', '--no-audit', '--no-fund'], { cwd: ROOT })
await run(['biome', 'format', '--write', '.'], { cwd: ROOT })
