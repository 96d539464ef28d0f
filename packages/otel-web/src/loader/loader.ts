// biome-ignore-all lint/suspicious/noDoubleEquals: each byte counts here
// biome-ignore-all lint/suspicious/noAssignInExpressions: each byte counts here
import type { EarlyAction, EarlyRequest, HandOver, Patched } from './hand-over.ts'

// The script tag. It acts from the first byte, in at most a kilobyte: gives ids to actions and requests, sends
// traceparent, keeps what happened, and fetches the SDK when the page is idle. There is no context after an await
// yet: a request is filed under an action only while the action's event is being dispatched, any other under the page
// load. Everything that can be left to the SDK is: each byte here is paid by every page, so the code is terser than
// elsewhere, and its types looser.

type Method = (...args: unknown[]) => unknown
type Methods = Record<string, Method>
type Early = XMLHttpRequest & { early_?: Request | 0 }
interface Private {
  readonly doNotTrack: number
  readonly globalPrivacyControl?: boolean
}
interface Page {
  readonly requestIdleCallback?: (callback: () => void) => void
  throughline?: object
  trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } }
}

try {
  const page = window as unknown as Page & Methods
  if (
    !(
      page.throughline ||
      (navigator as unknown as Private).globalPrivacyControl ||
      (navigator as unknown as Private).doNotTrack > 0
    )
  ) {
    const script = document.currentScript as HTMLScriptElement
    const dataset = script.dataset
    // The highest bit is always set: sixteen digits without padding.
    const id = () => ((crypto.getRandomValues(new BigUint64Array(1))[0] as bigint) | (1n << 63n)).toString(16)
    // transferSize, then the descriptions of `traceparent` and `edge`. Nothing was transferred of a cache's page; an
    // edge of long ago, or none, means that the trace is somebody else's.
    const html =
      /rSize":[1-9].*"00-(\w+)-\w+-.(.)".*"(\d{13})/.exec(
        JSON.stringify(performance.getEntriesByType('navigation')),
      ) ?? []
    const [, traceId = id() + id(), flags] =
      (Date.now() - (html[3] as unknown as number)) ** 2 < 1e10 ? html : []
    let stored = ''
    try {
      stored = localStorage.throughline ?? stored
    } catch {}
    let latest: EarlyAction | undefined
    const current = () => (latest?.event_.eventPhase ? latest : undefined)
    const log: HandOver['log_'] = []
    const hand: HandOver & Record<string, unknown> = {
      script_: script,
      traceId_: traceId,
      // What is stored begins with a digit each for the session's sampling and for the consent.
      sampled_:
        ((flags ??
          stored[0] ??
          Math.random() < ((dataset.sampleRatio ?? 1) as number)) as unknown as number) & 1,
      stopped_: dataset.consent && stored[1] != '1',
      log_: log,
      onEvent_(event) {
        if (!current() && ((event as KeyboardEvent).key ?? 'Enter') == 'Enter') {
          log.push((latest = { event_: event, traceId_: id() + id() }))
        }
      },
    }

    const begin = (sent: Request) => {
      const spanId = id()
      const action = current()
      const request: EarlyRequest = [
        performance.now(),
        sent,
        spanId,
        action,
        `${location.origin},${dataset.propagateTo}`.split(',').includes(new URL(sent.url).origin) &&
          !sent.url.match(dataset.noPropagate ?? '^$') &&
          `00-${action?.traceId_ ?? traceId}-${spanId}-0${hand.sampled_}`,
      ]
      log.push(request)
      return request
    }
    const patch = (place: Methods, name: string, before: (args: unknown[], self: Early) => unknown) => {
      const stock = place[name] as Method
      place[name] = function (this: Early, ...args: unknown[]) {
        let request: EarlyRequest | undefined
        try {
          if (!hand.stopped_) request = before(args, this) as EarlyRequest | undefined
        } catch {}
        const result = stock.apply(this, args)
        // The page gets a promise of its own, so that its unhandled rejections stay its own.
        return request
          ? (request[5] = result as Promise<Response>).finally(() => (request[6] = performance.now()))
          : result
      }
      ;(place[name] as Patched).stock_ = stock
    }

    patch(page, 'fetch', (args) => {
      // What fetch itself does first; the caller's own objects stay as they are.
      const copy = new Request(...(args as [Request]))
      args.splice(0, 2, copy)
      const request = begin(copy)
      if (request[4] && !copy.headers.has('traceparent')) copy.headers.set('traceparent', request[4])
      return request
    })
    const xhr = XMLHttpRequest.prototype as unknown as Methods
    patch(xhr, 'open', ([method, url], self) => {
      self.early_ = new Request(url as string, { method } as RequestInit)
    })
    patch(xhr, 'setRequestHeader', ([name], self) => {
      // A caller that sends its own gets no second one.
      if (/traceparent/i.test(name as string)) self.early_ = 0
    })
    patch(xhr, 'send', (_, self) => {
      const request = begin(self.early_ as Request)
      if (request[4]) self.setRequestHeader('traceparent', request[4])
      request[5] = self
    })
    for (const type of ['click', 'submit', 'change', 'keydown']) addEventListener(type, hand.onEvent_, true)

    page.throughline = new Proxy(hand, {
      get: (_, name: string) =>
        hand[name] ??
        ((...args: unknown[]) =>
          hand.tracing_
            ? ((hand.tracing_ as unknown as Methods)[name] as Method)(...args)
            : name[0] == 'a'
              ? (args[1] as Method)({ end: nothing, hold: nothing })
              : log.push([name, args]) && name[0] == 'o'
                ? nothing
                : Promise.resolve()),
    })
    const nothing = () => nothing
    ;(page.requestIdleCallback || setTimeout)(() => {
      const url = dataset.sdk ?? script.src.replace('.js', '-sdk.js')
      hand.policy_ = page.trustedTypes?.createPolicy('throughline', {
        createScriptURL: (same: string) => same,
      })
      document.head.append(
        Object.assign(document.createElement('script'), {
          src: hand.policy_?.createScriptURL(url) ?? url,
          nonce: script.nonce,
          integrity: dataset.sdkIntegrity ?? '',
          // Without the SDK nothing is done any more.
          onerror: () => (hand.stopped_ = 1),
        }),
      )
    })
  }
} catch {
  // Tracing that cannot start leaves the page alone.
}
