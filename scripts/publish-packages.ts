import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, run } from './command.ts'
import { packPackages } from './packages/pack-packages.ts'

// Publishes the packed packages whose version is not published yet, with provenance. Further arguments are passed to
// `npm publish`: `-- --dry-run` publishes nothing.
const folder = await mkdtemp(join(tmpdir(), 'throughline-publish-'))
try {
  for (const tarball of await packPackages(folder)) {
    const { name, version } = JSON.parse(await run(['tar', '-xzOf', tarball, 'package/package.json'])) as {
      readonly name: string
      readonly version: string
    }
    const published = JSON.parse(await run(['npm', 'view', name, 'versions', '--json']).catch(notFound)) as
      | string
      | readonly string[]
    if ([published].flat().includes(version)) {
      console.log(`${name} ${version} is published already.`)
      continue
    }
    const options = ['--access', 'public', '--provenance', ...process.argv.slice(2)]
    console.log(await run(['npm', 'publish', tarball, ...options], { cwd: ROOT }))
  }
} finally {
  await rm(folder, { recursive: true })
}

/** A package that was never published. Every other failure ends the release. */
function notFound(error: Error): string {
  if (/\bE404\b/.test(error.message)) return '[]'
  throw error
}
