import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compilePackage } from '../../scripts/packages/compile-package.ts'
import { bundleViewer } from './src/query/bundle-viewer.ts'

/** Writes what is published to dist/package/: the compiled collector and its viewer, bundled. */
const output = await compilePackage('otel-collector')
const folder = join(output, 'viewer-files')
mkdirSync(folder)
for (const [name, text] of Object.entries(bundleViewer())) writeFileSync(join(folder, name), text)
// It needs esbuild and the source, and the built files take its place.
for (const ending of ['js', 'js.map']) rmSync(join(output, `query/bundle-viewer.${ending}`))
