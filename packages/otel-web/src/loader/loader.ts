// biome-ignore-all lint/complexity/noCommaOperator: each byte counts here
// biome-ignore-all lint/suspicious/noDoubleEquals: each byte counts here
// biome-ignore-all lint/suspicious/noAssignInExpressions: each byte counts here
import type { EarlyAction, EarlyRequest, HandOver, Patched } from './hand-over.ts'

// The script tag. It acts from the first byte, in at most a kilobyte: gives ids to actions and requests, sends
// traceparent, keeps what happened, and fetches the SDK when the page is idle. There is no context after an await
// yet: a request is filed under an action only while the action's event is being dispatched, any other under the page
// load. Everything that can be left to the SDK is: each byte here is paid by every page, so the code is terser than
// elsewhere, its types looser, and much of its order is what compresses best.

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
    // What is stored begins with a digit each for the session's sampling, 2 more while the collector wants nothing,
    // and for the consent.
    let digits = '' as unknown as number[]
    try {
      digits = localStorage.throughline || digits
    } catch {}
    // The highest bit is always set: sixteen digits without padding.
    const id = () => ((crypto.getRandomValues(new BigUint64Array(1))[0] as bigint) | (1n << 63n)).toString(16)
    const script = document.currentScript as HTMLScriptElement
    const dataset = script.dataset
    // transferSize, then the descriptions of `traceparent` and `edge`. Nothing was transferred of a cache's page; an
    // edge of long ago, or none, means that the trace is somebody else's.
    const html =
      /rSize":[1-9].*"00-(\w+)-\w+-(\w+)".*"(\d{13})/.exec(
        JSON.stringify(performance.getEntriesByType('navigation')),
      ) ?? []
    const sampled = `0${((digits[0] ?? Math.random() < ((dataset.sampleRatio || 1) as number)) as number) & 1}`
    // The page load does as the trace of its HTML; actions do as the session.
    const [, traceId = id() + id(), flags = sampled] =
      (Date.now() - (html[3] as unknown as number)) ** 2 < 1e10 ? html : []
    const current = () => (latest?.event_.eventPhase && latest) as EarlyAction | undefined
    const log: HandOver['log_'] = []
    const nothing = () => nothing
    let latest: EarlyAction | undefined
    const hand: HandOver & Record<string, unknown> = {
      script_: script,
      // Where that is forbidden, it throws before anything is touched.
      policy_: page.trustedTypes?.createPolicy('throughline', { createScriptURL: String }),
      traceId_: traceId,
      sampled_: sampled,
      // biome-ignore lint/suspicious/noThenProperty: the handle has every method but this one, so it can be awaited
      then: 0,
      stopped_: (digits[0] as number) > 1 || (digits[1] as number) < 1 || (dataset.consent && digits[1] != 1),
      log_: log,
      onEvent_(event) {
        // Of keys, Enter; of other events, none, which is `undefined`.
        if (!current() && /und|Ent/.test((event as KeyboardEvent).key)) {
          log.push((latest = { traceId_: id() + id(), event_: event }))
        }
      },
    }

    const begin = (
      sent: Request,
      spanId = id(),
      action = current(),
      request: EarlyRequest = [
        performance.now(),
        sent,
        spanId,
        action,
        `,${origin},${dataset.propagateTo},`.includes(`,${new URL(sent.url).origin},`) &&
          // No address has a space in it.
          !sent.url.match(dataset.noPropagate || ' ') &&
          `00-${action?.traceId_ ?? traceId}-${spanId}-${action ? sampled : flags}`,
      ],
    ) => (log.push(request), request)
    const patch = (
      place: Methods,
      name: string,
      before: (args: unknown[], self: Early & Request) => unknown,
      stock = place[name] as Method,
    ) => {
      ;(place[name] = function (this: Early, ...args: unknown[]) {
        let request: EarlyRequest | undefined
        try {
          if (!hand.stopped_) request = before(args, this as Early & Request) as EarlyRequest | undefined
        } catch {}
        const result = stock.apply(this, args)
        // The page gets a promise of its own, so that its unhandled rejections stay its own.
        return request
          ? (request[5] = result as Promise<Response>).finally(() => (request[6] = performance.now()))
          : result
      } as Method & Patched).stock_ = stock
    }

    patch(page, 'fetch', (args, copy: Request) => {
      // What fetch itself does first; the caller's own objects stay as they are.
      args.splice(0, 2, (copy = new Request(...(args as [Request]))))
      const request = begin(copy)
      if (!copy.headers.has('traceparent') && request[4]) copy.headers.set('traceparent', request[4])
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
    patch(xhr, 'send', (_, self, request = begin(self.early_ as Request)) => {
      if (request[4]) self.setRequestHeader('traceparent', request[4])
      request[5] = self
    })
    ;['click', 'submit', 'change', 'keydown'].map((type) => addEventListener(type, hand.onEvent_, true))

    page.throughline = new Proxy(hand, {
      get: (_, name: string) =>
        hand[name] ??
        ((...args: unknown[]) =>
          hand.tracing_
            ? ((hand.tracing_ as unknown as Methods)[name] as Method)(...args)
            : name[0] == 'a'
              ? (args[1] as Method)({ hold: nothing, end: nothing })
              : (log.push([name, args]), name[0] != 'o' ? Promise.resolve() : nothing)),
    })
    ;(page.requestIdleCallback || setTimeout)(() => {
      // Before the end or the query: a host's name can have `.js` in it, too.
      const url = dataset.sdk || script.src.replace(/.js(\?|$)/, '-sdk$&')
      document.head.append(
        Object.assign(document.createElement('script'), {
          src: hand.policy_?.createScriptURL(url) ?? url,
          integrity: [dataset.sdkIntegrity],
          nonce: script.nonce,
          crossOrigin: script.crossOrigin,
          // Without the SDK nothing is done any more, and nothing kept.
          onerror() {
            log.length = 0
            hand.stopped_ = log.push = nothing as never
          },
        }),
      )
    })
  }
} catch {
  // Tracing that cannot start leaves the page alone.
}
