import { parseArgs } from 'node:util'
import type { DoctorOptions } from './target/options.ts'

export const DOCTOR_HELP = `throughline doctor URL [options]

Checks a deployed chain from outside, and says where it breaks and what to change.

  --request=URL       the address of a request that the edge traces (default: the page)
  --api=URL           an API on another origin that the page calls (can be repeated)
  --endpoint=URL      where spans are posted (default: as in the script tag, else /v1/traces)
  --backend=URL       where the trace is read: embedded collector, Jaeger or Zipkin (default: not read)
  --expect=NAMES      services that the trace has to contain, separated by commas
  --wait=SECONDS      how long the trace may take to arrive (default: 7, with --deep 30)
  --deep              the test after a deployment: each request has to arrive in the backend, with counts and logs
  --logs=ADDRESS      with --deep, where log lines are read: a URL or file with {traceId} in it (can be repeated)
  --browser           open the page in Chromium, by the Playwright of this folder
  --click=SELECTOR    click this element in the browser (can be repeated)
  --chromium=PATH     the program of the browser (default: the Chromium of Playwright)
  --bundled           the page imports the SDK in its own scripts, without a script tag
  --timeout=SECONDS   how long one request may take (default: 3, with --deep 5)
  --json              print the findings as JSON
  --sarif             print the findings as SARIF 2.1.0
  --help              print this text

Relative addresses are relative to URL. User info in URL is sent as Authorization, and never printed.
Exit code: 0 without errors, 1 with errors, 2 for wrong options or a page that cannot be reached.
`

/** The formats of the report. */
export type Format = 'text' | 'json' | 'sarif'

export interface DoctorCommand {
  readonly options: DoctorOptions
  readonly format: Format
}

/** An option that cannot be used. The message names it. */
export class UsageError extends Error {}

/**
 * Parses the arguments after `doctor`.
 *
 * @returns `'help'` for `--help`.
 * @throws {UsageError} for an unknown or invalid option.
 */
export function parseOptions(args: readonly string[]): DoctorCommand | 'help' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const [text, ...others] = positionals
  if (text === undefined) throw new UsageError('the URL of the page is missing')
  if (others.length > 0)
    throw new UsageError(`one URL is checked at a time, but there are ${positionals.length}`)
  const url = parseUrl('URL', text)
  if (values.expect !== undefined && values.backend === undefined) {
    throw new UsageError(
      '--expect needs --backend: the services are looked for in the trace that is read there',
    )
  }
  if (values.deep && values.backend === undefined) {
    throw new UsageError('--deep needs --backend: the trace is read there')
  }
  if (!values.deep && values.logs.length > 0) throw new UsageError('--logs needs --deep')
  if (!values.browser && (values.click.length > 0 || values.chromium !== undefined)) {
    throw new UsageError('--click and --chromium need --browser')
  }
  const address = (name: 'request' | 'endpoint' | 'backend') => {
    const value = values[name]
    return value === undefined ? undefined : parseUrl(`--${name}`, value, url)
  }
  return {
    format: parseFormat(values),
    options: {
      url,
      request: address('request'),
      endpoint: address('endpoint'),
      apis: values.api.map((value) => parseUrl('--api', value, url)),
      backend: address('backend'),
      expected: (values.expect ?? '')
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
      isDeep: values.deep,
      logs: values.logs,
      isBundled: values.bundled,
      browser: values.browser ? { clicks: values.click, executable: values.chromium } : undefined,
      timeoutMillis: parseSeconds('--timeout', values.timeout ?? (values.deep ? '5' : '3')),
      waitMillis: parseSeconds('--wait', values.wait ?? (values.deep ? '30' : '7')),
    },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        request: { type: 'string' },
        api: { type: 'string', multiple: true, default: [] },
        endpoint: { type: 'string' },
        backend: { type: 'string' },
        expect: { type: 'string' },
        wait: { type: 'string' },
        browser: { type: 'boolean', default: false },
        click: { type: 'string', multiple: true, default: [] },
        chromium: { type: 'string' },
        deep: { type: 'boolean', default: false },
        logs: { type: 'string', multiple: true, default: [] },
        bundled: { type: 'boolean', default: false },
        timeout: { type: 'string' },
        json: { type: 'boolean', default: false },
        sarif: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function parseFormat({ json, sarif }: { readonly json: boolean; readonly sarif: boolean }): Format {
  if (json && sarif) throw new UsageError('--json and --sarif exclude each other')
  if (sarif) return 'sarif'
  return json ? 'json' : 'text'
}

/** The text itself is not printed: it may contain credentials. */
function parseUrl(name: string, text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${name} is not an address that begins with http:// or https://`)
  }
  return url
}

function parseSeconds(name: string, text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 600))
    throw new UsageError(`${name}=${text} is not a number of seconds above 0 and up to 600`)
  // Timers take whole milliseconds.
  return Math.ceil(seconds * 1_000)
}
