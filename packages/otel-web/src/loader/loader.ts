// biome-ignore-all lint/complexity/noCommaOperator: each byte counts here
// biome-ignore-all lint/suspicious/noDoubleEquals: each byte counts here
// biome-ignore-all lint/suspicious/noAssignInExpressions: each byte counts here
import { meetReact } from '../instrumentation/react/meet-react.ts'
import type { EarlyAction, EarlyRequest, LoaderState, Patch } from './loader-state.ts'

// The script that the script tag loads, of at most 1,500 bytes. It assigns ids to actions and requests, sends
// `traceparent`, records what happens, and loads the SDK when the page is idle.
//
// It does not keep a context across awaits. A request belongs to an action only while the event of the action is being
// dispatched; any other request belongs to the page load. Every page downloads this script, so all other work is left
// to the SDK. The code is terser and its types are looser than elsewhere, and its order was chosen for compression.

type Method = (...args: unknown[]) => unknown
type Methods = Record<string, Method>
interface Private {
  readonly doNotTrack: number
  readonly globalPrivacyControl?: boolean
}
interface Page {
  readonly requestIdleCallback?: (callback: () => void) => void
  throughline?: { readonly health?: unknown } | object
  trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } }
}

try {
  const page = window as unknown as Page & Methods
  if (
    // `window.throughline` may also be an element with that id. Only a running SDK has `health`.
    !(
      (page.throughline as { health?: unknown })?.health ||
      (navigator as unknown as Private).globalPrivacyControl ||
      (navigator as unknown as Private).doNotTrack > 0
    )
  ) {
    // `localStorage.throughline` begins with two digits: the sampling decision of the session (plus 2 while the
    // collector refuses all spans) and the consent. `session.ts` writes them.
    let digits = '' as unknown as number[]
    try {
      digits = localStorage.throughline ?? digits
    } catch {}
    // An element of that name shadows the property of the document, so the getter of the prototype is used.
    const prototype = Document.prototype
    const script = Reflect.get(prototype, 'currentScript', document) as HTMLScriptElement
    // The null prototype keeps properties of `Object.prototype` from being read as attributes.
    const dataset: DOMStringMap = { __proto__: null, ...script.dataset } as never
    const current = () => (latest?.event_.eventPhase && latest) as EarlyAction | undefined
    const Sent = Request
    const nothing = () => nothing
    // The highest bit is always set, so the number has 16 hexadecimal digits without padding.
    const id = () => ((crypto.getRandomValues(new BigUint64Array(1))[0] as bigint) | (2n ** 63n)).toString(16)
    const opened = new WeakMap<object, Request | undefined>() as unknown as {
      set(xhr: object, sent?: Request): void
      get(xhr: object): Request
    }
    // Throws, before anything is patched, if a content security policy forbids the policy. The page cannot reach the
    // policy, only the URLs that it returned.
    const rules = { createScriptURL: String }
    const policy = page.trustedTypes?.createPolicy('throughline', rules) || rules
    // An invalid ratio is NaN, which no number exceeds: everything is sampled, as by the SDK.
    const sampled = `0${((digits[0] ?? !(Math.random() > ((dataset.sampleRatio || 1) as number))) as number) & 1}`
    // Matches `transferSize`, then the descriptions of `traceparent` and `edge` in `Server-Timing`. `transferSize` is 0
    // for a page from a cache. An `edge` time that is missing or old means that another visitor has started this trace.
    const html =
      /rSize":[1-9].*"00-(\w+)-\w+-(\w+)".*"(\d{13})/.exec(
        JSON.stringify(performance.getEntriesByType('navigation')),
      ) ?? []
    const parent = script.parentNode as Element
    // The page load uses the trace and the flags of its HTML. Actions use the flags of the session.
    const [, traceId = id() + id(), flags = sampled] =
      (Date.now() - (html[3] as unknown as number)) ** 2 < 1e10 ? html : []
    const log: LoaderState['log_'] = []
    let latest: EarlyAction | undefined
    const state = {
      // Matches `.js` only before the end or the query, since a host name may contain it. The URL is made absolute now,
      // so that a later `<base>` does not change it.
      urls_: ['sdk', 'extras', 'react'].map((name) =>
        policy.createScriptURL(new Sent(dataset[name] || script.src.replace(/.js(\?|$)/, `-${name}$&`)).url),
      ),
      onEvent_(event: Event) {
        // Matches the key Enter. Events other than key events have no `key`, which is matched as the text `undefined`.
        if (!current() && /Ent|und/.test((event as KeyboardEvent).key)) {
          log.push((latest = { traceId_: id() + id(), event_: event }))
        }
      },
      traceId_: traceId,
      react_: meetReact(),
      log_: log,

      sampled_: sampled,
      // biome-ignore lint/suspicious/noThenProperty: the handle has every method but this one, so it can be awaited
      then: 0,
      stopped_: (digits[0] as number) > 1 || (digits[1] as number) < 1 || (digits[1] != 1 && dataset.consent),
      script_: script,
    } as unknown as LoaderState & Record<string, unknown>

    const begin = (sent: Request, spanId = id(), action = current()) =>
      log[
        log.push([
          performance.now(),
          sent,
          spanId,
          action,
          `,${origin},${dataset.propagateTo},`.includes(`,${new URL(sent.url).origin},`) &&
            // A serialised URL contains no space, so the default matches no URL.
            !sent.url.match(dataset.noPropagate || ' ') &&
            `00-${action?.traceId_ ?? traceId}-${spanId}-${action ? sampled : flags}`,
        ]) - 1
      ] as EarlyRequest
    const patch = (
      name: string,
      before: (self: XMLHttpRequest & Request, ...args: string[]) => unknown,
      place = XMLHttpRequest.prototype as unknown as Methods,
      own: Patch & ProxyHandler<Method> = {
        __proto__: null,
        apply(stock: Method, self: XMLHttpRequest & Request, args: string[]) {
          let request: EarlyRequest | undefined
          try {
            if (!state.stopped_) request = before(self, ...args) as EarlyRequest | undefined
          } catch {}
          const result = Reflect.apply(stock, self, request ? [request[1]] : args)
          // The page gets a derived promise: a reaction on the original one would hide an unhandled rejection of the
          // page.
          return request
            ? (request[5] = result as Promise<Response>).finally(() => {
                request[6] = performance.now()
              })
            : result
        },
      } as never,
    ) => {
      place[name] = new Proxy(place[name] as Method, (state[name] = own))
    }

    patch(
      'fetch',
      (_, ...args) => {
        // `fetch` starts by creating a `Request`, too. The objects of the caller stay unchanged.
        const request: EarlyRequest = begin(new Sent(...(args as [string])))
        if (request[4] && !request[1].headers.has('traceparent')) {
          request[1].headers.set('traceparent', request[4])
        }
        return request
      },
      page,
    )
    // Only strings have a `big` method. For another value the callback throws: an object must not be converted twice.
    patch('setRequestHeader', (self, name) => {
      // A `traceparent` of the caller is not followed by a second one: without a stored `Request`, `send` adds none.
      if (/traceparent/i.test(name.big())) opened.set(self)
    })
    patch('open', (self, method, url) => {
      opened.set(self)
      if ((method.big as unknown) && (url.big as unknown)) opened.set(self, new Sent(url, { method }))
    })
    patch('send', (self) => {
      const request = begin(opened.get(self))
      if (request[4]) self.setRequestHeader('traceparent', request[4])
      request[5] = self
    })
    ;['keydown', 'click', 'change', 'submit'].map((type) =>
      addEventListener(type, state.onEvent_, 1 as never),
    )

    page.throughline = new Proxy(state, {
      get: (_, name: string) =>
        state[name] ??
        ((...args: unknown[]) =>
          state.tracing_
            ? ((state.tracing_ as unknown as Methods)[name] as Method)(...args)
            : name[0] == 'a'
              ? (args[1] as Method)({ hold: nothing, end: nothing })
              : (log.push([name, args]), name[0] != 'o' ? Promise.resolve() : nothing)),
    })
    ;(page.requestIdleCallback || setTimeout)(() => {
      parent.append(
        Object.assign(prototype.createElement.call(document, 'script'), {
          // If the SDK cannot be loaded, recording stops and the log is discarded.
          onerror() {
            state.stopped_ = log.push = nothing as never
            log.length = 0
          },
          nonce: script.nonce,
          crossOrigin: script.crossOrigin,
          src: state.urls_[0],
          integrity: [dataset.sdkIntegrity],
        }),
      )
    })
  }
} catch {
  // If tracing cannot start, the page must not notice.
}
