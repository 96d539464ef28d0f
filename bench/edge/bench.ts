import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Entry of `npm run bench:edge`: installs the peers when they are missing, then runs.
// Built-ins only up to there, and the rest by a dynamic import: it needs what is installed here.
const lock = createHash('sha256')
  .update(readFileSync(join(import.meta.dirname, 'package-lock.json')))
  .digest('hex')
const stamp = join(import.meta.dirname, 'node_modules', '.installed-lock')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.log('Installing the peers (once) …')
  const { status } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: import.meta.dirname,
      stdio: 'inherit',
    },
  )
  if (status !== 0) throw new Error('`npm ci` failed in bench/edge; its own message stands above.')
  writeFileSync(stamp, lock)
}
const { runBench } = await import('./run-bench.ts')
await runBench(process.argv.slice(2))
process.exit(0)
