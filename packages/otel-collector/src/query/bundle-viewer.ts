import { fileURLToPath } from 'node:url'
import { thirdPartyNotices } from '@throughline/otel-shared/third-party-notices'
import { buildSync } from 'esbuild'
import type { VIEWER_FILES } from './viewer-file-names.ts'

/** Bundles the viewer from its source. Returns the content of each file. */
export function bundleViewer(): Record<(typeof VIEWER_FILES)[number], string> {
  const { outputFiles, metafile } = buildSync({
    entryPoints: { viewer: fileURLToPath(new URL('../viewer/main.tsx', import.meta.url)) },
    outdir: '/assets',
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    banner: { js: '/*! licences: /assets/third-party-notices.txt */' },
    tsconfigRaw: {},
    logLevel: 'silent',
  })
  const textOf = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ''
  return {
    'viewer.js': textOf('.js'),
    'viewer.css': textOf('.css'),
    'third-party-notices.txt': thirdPartyNotices([metafile]),
  }
}
