import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/** One answer of the viewer's part of the UI port. */
export interface ViewerFile {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The files of the viewer by path. */
export interface ViewerFiles {
  /** `ifNoneMatch` is the request's header of that name. Any other path than the viewer's is answered with 404. */
  read(path: string, ifNoneMatch: string | undefined): ViewerFile
}

// Span data is anybody's: nothing but the viewer's own files may run or be loaded, whatever gets into the page.
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Traces</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/viewer.css">
<script type="module" src="/assets/viewer.js"></script>
</head>
<body><div id="viewer"></div><noscript>The viewer needs JavaScript.</noscript></body>
</html>
`

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="#2f5fd0"/>
<path d="M3 4.5h7M5 8h8M7 11.5h4" stroke="#fff" stroke-width="1.8" stroke-linecap="round"/></svg>
`

const PAGE_PATH = /^\/(?:graph|trace\/[0-9a-f]{1,32})?$/i

// The same for every collector of a process.
let bundled: readonly BundledFile[] | undefined

/** Bundles the viewer, in memory: it takes esbuild about 50 ms, so there is no build to forget. */
export function createViewerFiles(): ViewerFiles {
  bundled ??= bundle()
  const assets = new Map([...bundled, ['/assets/icon.svg', asset(ICON, 'image/svg+xml')] as const])
  return {
    read(path, ifNoneMatch) {
      const found = assets.get(path)
      if (found) {
        const isKnown = ifNoneMatch === found.headers.etag
        return isKnown ? { status: 304, headers: found.headers, body: '' } : found
      }
      if (path === '/search') return { status: 302, headers: { location: '/' }, body: '' }
      return { status: PAGE_PATH.test(path) ? 200 : 404, headers: PAGE_HEADERS, body: PAGE }
    },
  }
}

type BundledFile = readonly [path: string, file: ViewerFile]

function bundle(): BundledFile[] {
  const { outputFiles } = buildSync({
    entryPoints: { viewer: fileURLToPath(new URL('./viewer/main.tsx', import.meta.url)) },
    outdir: '/assets',
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    tsconfigRaw: {},
    logLevel: 'silent',
  })
  return outputFiles.map(({ path, text }) => {
    const name = path.endsWith('.css') ? 'viewer.css' : 'viewer.js'
    return [`/assets/${name}`, asset(text, name.endsWith('.css') ? 'text/css' : 'text/javascript')]
  })
}

function asset(body: string, type: string): ViewerFile {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return {
    status: 200,
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      etag,
    },
    body,
  }
}
