/** What the doctor checks, and how long it waits. */
export interface DoctorOptions {
  /** The page. Its user info is sent as `Authorization`, to its own origin only. */
  readonly url: URL
  /** An address whose server span `Server-Timing` names. Default: the page. */
  readonly request?: URL | undefined
  /** Addresses of APIs on other origins that the page calls. */
  readonly apis: readonly URL[]
  /** Where spans are posted. Default: as in the snippet of the page. */
  readonly endpoint?: URL | undefined
  /** The query API of the backend: the embedded collector, Jaeger or Zipkin. Default: traces are not read. */
  readonly backend?: URL | undefined
  /** The services that the trace has to contain. */
  readonly expected: readonly string[]
  /** The test after a deployment: more requests, each of which is expected in the backend, counts, logs. */
  readonly isDeep: boolean
  /** Where logs are read in a deep run: an address or a file, in which `{traceId}` is replaced. */
  readonly logs: readonly string[]
  /** The page imports the SDK in its own scripts, so that it has no script tag. */
  readonly isBundled: boolean
  /** The page is opened in Chromium. Default: it is not. */
  readonly browser?: BrowserOptions | undefined
  /** How long one request may take, in milliseconds. */
  readonly timeoutMillis: number
  /** How long the trace may take to arrive, in milliseconds. */
  readonly waitMillis: number
}

interface BrowserOptions {
  /** Selectors of Playwright, of the elements to click one after the other. */
  readonly clicks: readonly string[]
  /** The program. Default: the Chromium of Playwright. */
  readonly executable?: string | undefined
}
