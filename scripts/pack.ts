import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './command.ts'
import { packPackages } from './packages/pack-packages.ts'

const folder = join(ROOT, 'dist')
await rm(folder, { recursive: true, force: true })
await mkdir(folder)
for (const tarball of await packPackages(folder)) console.log(tarball)
