import type { BrowserContext, Request } from 'playwright'

/** Requests that stay open by design. */
const LASTING = /^(?:eventsource|websocket|media)$/

/** Follows the requests of a browser, to wait until it has none. */
export class RequestsInFlight {
  readonly #requests = new Set<Request>()
  #onChange: () => void = () => {}

  constructor(context: BrowserContext) {
    context.on('request', (request) => {
      if (!LASTING.test(request.resourceType())) this.#requests.add(request)
      this.#onChange()
    })
    const end = (request: Request) => {
      this.#requests.delete(request)
      this.#onChange()
    }
    context.on('requestfinished', end)
    context.on('requestfailed', end)
  }

  /** Waits until no request has been in flight for `quietMillis`, at most `timeoutMillis`. */
  async settle(quietMillis: number, timeoutMillis: number): Promise<void> {
    let quiet: NodeJS.Timeout | undefined
    let limit: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      limit = setTimeout(resolve, timeoutMillis)
      this.#onChange = () => {
        clearTimeout(quiet)
        if (this.#requests.size === 0) quiet = setTimeout(resolve, quietMillis)
      }
      this.#onChange()
    })
    this.#onChange = () => {}
    clearTimeout(quiet)
    clearTimeout(limit)
  }
}
