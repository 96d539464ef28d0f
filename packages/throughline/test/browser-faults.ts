import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { healthy, page, type Routes, SCRIPT, SNIPPET } from './site.ts'

const JSON_ANSWER = { headers: { 'content-type': 'application/json' }, body: '{}' }

/** A site with the SDK and an app. */
export function siteWithSdk(app: string, changes: Routes = {}): Routes {
  const script = (name: string) => ({
    ...SCRIPT,
    body: readFileSync(join(import.meta.dirname, `../../otel-web/dist/${name}`), 'utf8'),
  })
  return healthy({
    'GET /throughline.js': script('throughline.js'),
    'GET /throughline-sdk.js': script('throughline-sdk.js'),
    'GET /throughline-extras.js': script('throughline-extras.js'),
    'GET /app.js': { ...SCRIPT, body: app },
    'GET /api': JSON_ANSWER,
    ...changes,
  })
}

/** An app with a button that runs `onclick`. */
export const withButton = (onclick: string) => `
  const button = document.body.appendChild(document.createElement('button'))
  button.textContent = 'Buy'
  button.onclick = async () => { ${onclick} }`

const POLICY = (directive: string) => `
  const meta = document.createElement('meta')
  meta.httpEquiv = 'content-security-policy'
  meta.content = ${JSON.stringify(directive)}
  document.head.append(meta)`

/** An app that makes requests in a worker, which answers with a message. */
const WORKER_QUEUE = `
  const worker = new Worker(URL.createObjectURL(new Blob(['onmessage = () => postMessage(1)'])))
  worker.onmessage = () => fetch('/api')
  ${withButton('worker.postMessage(1)')}`

export interface BrowserFault {
  readonly name: string
  readonly finds: string
  readonly severity?: string
  readonly sees: RegExp
  readonly routes: Routes
  readonly clicks?: readonly string[]
}

export const BROWSER_FAULTS: readonly BrowserFault[] = [
  {
    name: 'an element that does not exist',
    finds: 'browser-step-failed',
    sees: /^click #missing: page\.click: Timeout/,
    routes: siteWithSdk(''),
    clicks: ['#missing'],
  },
  {
    name: 'a policy that comes with a script',
    finds: 'browser-script-blocked',
    sees: /\/throughline-sdk\.js: csp$/,
    routes: siteWithSdk('', {
      'GET /': page({ head: `${SNIPPET}<script>${POLICY("script-src 'none'")}</script>` }),
    }),
  },
  {
    name: 'an SDK that throws',
    finds: 'browser-sdk-error',
    sees: /^broken build$/,
    routes: siteWithSdk('', {
      'GET /throughline-sdk.js': { ...SCRIPT, body: "throw new Error('broken build')" },
    }),
  },
  {
    name: 'scripts of the SDK that do nothing',
    finds: 'browser-no-sdk',
    sees: /^requests of the page: 1, none with traceparent; no export$/,
    routes: healthy({ 'GET /app.js': { ...SCRIPT, body: "fetch('/api')" }, 'GET /api': JSON_ANSWER }),
  },
  {
    name: 'a policy that blocks exports only in the page',
    finds: 'browser-export-failed',
    sees: /^1 of 1 exports to .*\/v1\/traces: the policy of the page \(connect-src\)$/,
    routes: siteWithSdk(`fetch('/api').then(() => { ${POLICY("connect-src 'none'")} })`),
  },
  {
    name: 'a sampler that drops the session',
    finds: 'browser-not-sampled',
    severity: 'note',
    sees: /^1 requests with an unsampled traceparent$/,
    routes: siteWithSdk("fetch('/api')", {
      'GET /': page({ head: SNIPPET.replace('></', ' data-sample-ratio="0"></') }),
    }),
  },
  {
    name: 'a request of a frame',
    finds: 'browser-untraced-request',
    severity: 'warning',
    sees: /^GET .*\/api \(click text=Buy\)$/,
    routes: siteWithSdk(`
      const frame = document.body.appendChild(document.createElement('iframe'))
      ${withButton("await frame.contentWindow.fetch(new URL('/api', location.href))")}`),
    clicks: ['text=Buy'],
  },
  {
    name: 'a request after a message of a worker',
    finds: 'browser-no-action',
    severity: 'warning',
    sees: /^GET .*\/api \(click text=Buy\)$/,
    routes: siteWithSdk(WORKER_QUEUE),
    clicks: ['text=Buy'],
  },
]
