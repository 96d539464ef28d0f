import { join } from 'node:path'
import { ROOT, run } from '../command.ts'
import { compilePackage } from './compile-package.ts'

/** Builds what is published of every package and packs it into `folder`. Returns the paths of the tarballs. */
export async function packPackages(folder: string): Promise<string[]> {
  const outputs: string[] = []
  for (const name of ['otel-shared', 'otel-edge', 'create-throughline'])
    outputs.push(await compilePackage(name))
  for (const name of ['otel-web', 'otel-collector', 'throughline']) {
    await run([process.execPath, join(ROOT, 'packages', name, 'build-package.ts')])
    outputs.push(join(ROOT, 'packages', name, 'dist/package'))
  }
  const tarballs: string[] = []
  for (const output of outputs) {
    const name = await run(['npm', 'pack', '--silent', '--pack-destination', folder], { cwd: output })
    tarballs.push(join(folder, name.trim()))
  }
  return tarballs
}
