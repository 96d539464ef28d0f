import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './command.ts'
import { formatOptionsPage, OPTIONS_PAGE } from './options/options-page.ts'

// Writes the page of the options. `npm run check` fails if it is out of date.
writeFileSync(join(ROOT, OPTIONS_PAGE), formatOptionsPage())
spawnSync('biome', ['format', '--write', OPTIONS_PAGE], { cwd: ROOT, stdio: 'inherit' })
