import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { ifNoneMatchHas } from '../http/if-none-match.ts'
import { VIEWER_FILES } from './viewer-file-names.ts'

/** A response of the viewer. */
interface ViewerFile {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The files of the viewer by path. */
export interface ViewerFiles {
  /** Returns a file. `ifNoneMatch` is the request header. The response is 404 for an unknown path. */
  read(path: string, ifNoneMatch: string | undefined): ViewerFile
}

// Span data is untrusted. Only the viewer's own scripts may run, even if span data is inserted as markup.
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

const ASSETS = '/assets/'
const BUILT = new URL('../viewer-files/', import.meta.url)
const PAGE_PATH = /^\/(?:graph|trace\/[0-9a-f]{1,32}|compare\/[0-9a-f]{1,32}(?:\/[0-9a-f]{1,32})?)?$/i

// Cache: shared by all collectors in a process.
let bundled: Promise<readonly BundledFile[]> | undefined

/** Loads the viewer, once for all collectors in a process. */
export async function createViewerFiles(): Promise<ViewerFiles> {
  bundled ??= readAssets()
  const assets = new Map([...(await bundled), [`${ASSETS}icon.svg`, asset(ICON, 'image/svg+xml')] as const])
  return {
    read(path, ifNoneMatch) {
      const found = assets.get(path)
      if (found) {
        const isKnown = ifNoneMatchHas(ifNoneMatch, found.headers.etag ?? '')
        return isKnown ? { status: 304, headers: found.headers, body: '' } : found
      }
      if (path === '/search') return { status: 302, headers: { location: '/' }, body: '' }
      return { status: PAGE_PATH.test(path) ? 200 : 404, headers: PAGE_HEADERS, body: PAGE }
    },
  }
}

type BundledFile = readonly [path: string, file: ViewerFile]

/**
 * The viewer's script, styles and licence texts. The published package contains them. When running from source, they
 * are bundled in memory: esbuild takes about 50 ms, and no build step is needed.
 */
async function readAssets(): Promise<BundledFile[]> {
  const texts = existsSync(BUILT)
    ? Object.fromEntries(VIEWER_FILES.map((name) => [name, readFileSync(new URL(name, BUILT), 'utf8')]))
    : (await import('./bundle-viewer.ts')).bundleViewer()
  return Object.entries(texts).map(([name, text]) => [`${ASSETS}${name}`, asset(text, contentType(name))])
}

function contentType(name: string): string {
  if (name.endsWith('.css')) return 'text/css'
  return name.endsWith('.js') ? 'text/javascript' : 'text/plain'
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
