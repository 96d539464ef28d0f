// biome-ignore-all lint/complexity/noCommaOperator: a getter that notes its call is one line
// biome-ignore-all lint/suspicious/noSelfCompare: a getter is to return the same object each time
import type { Case, Cases, Kit } from './kit.ts'

const odd = (value: unknown) => value as never

/** One target for each rule for listeners, and code that dispatches an event to it. */
const TARGETS: Readonly<Record<string, () => EventTarget>> = {
  'an EventTarget': () => new EventTarget(),
  'an element': () => document.createElement('div'),
  'an image': () => document.createElement('img'),
  'an XHR': () => new XMLHttpRequest(),
  'a signal': () => new AbortController().signal,
  'a port': () => new MessageChannel().port1,
  'a file reader': () => new FileReader(),
}

const RUNS: Readonly<Record<string, (kit: Kit, target: EventTarget) => unknown>> = {
  'a function': ({ log }, target) => {
    log(
      target.addEventListener('load', function (this: unknown, event) {
        log([this === target, event.target === target, event.currentTarget === target, event.isTrusted])
      }),
    )
    log(target.dispatchEvent(new Event('load')))
  },
  'an object': ({ log }, target) => {
    const listener = {
      handleEvent(this: unknown, { type }: Event) {
        log([this === listener, type])
      },
    }
    target.addEventListener('load', listener)
    target.dispatchEvent(new Event('load'))
  },
  'an object whose handleEvent changes': ({ log }, target) => {
    const listener = { handleEvent: () => log('first') }
    target.addEventListener('load', listener)
    listener.handleEvent = () => log('second')
    target.dispatchEvent(new Event('load'))
  },
  'an object without handleEvent': ({ log }, target) => {
    target.addEventListener('load', odd({}))
    target.addEventListener('load', odd({ handleEvent: 5 }))
    log(target.dispatchEvent(new Event('load')))
  },
  'a getter handleEvent': ({ log }, target) => {
    target.addEventListener(
      'load',
      odd({
        get handleEvent() {
          log('read')
          return () => log('called')
        },
      }),
    )
    target.dispatchEvent(new Event('load'))
    target.dispatchEvent(new Event('load'))
  },
  'the same listener twice': ({ log }, target) => {
    const listener = () => log('called')
    target.addEventListener('load', listener)
    target.addEventListener('load', listener)
    target.addEventListener('load', listener, true)
    target.dispatchEvent(new Event('load'))
  },
  'one listener, several types': ({ log }, target) => {
    const listener = ({ type }: Event) => log(type)
    for (const type of ['load', 'error', 'abort']) target.addEventListener(type, listener)
    target.removeEventListener('error', listener)
    for (const type of ['load', 'error', 'abort']) target.dispatchEvent(new Event(type))
  },
  'one listener, both phases': ({ log }, target) => {
    const listener = ({ eventPhase }: Event) => log(eventPhase)
    target.addEventListener('load', listener, true)
    target.addEventListener('load', listener, false)
    target.removeEventListener('load', listener, true)
    target.dispatchEvent(new Event('load'))
    target.removeEventListener('load', listener)
    target.dispatchEvent(new Event('load'))
  },
  once: ({ log }, target) => {
    const listener = () => log('called')
    target.addEventListener('load', listener, { once: true })
    target.dispatchEvent(new Event('load'))
    target.dispatchEvent(new Event('load'))
    target.addEventListener('load', listener, { once: true })
    target.dispatchEvent(new Event('load'))
  },
  'once that is removed': ({ log }, target) => {
    const listener = () => log('called')
    target.addEventListener('load', listener, { once: true })
    target.removeEventListener('load', listener)
    target.dispatchEvent(new Event('load'))
  },
  'once and again': ({ log }, target) => {
    const listener = () => log('called')
    target.addEventListener('load', listener, { once: true })
    target.addEventListener('load', listener)
    target.dispatchEvent(new Event('load'))
    target.dispatchEvent(new Event('load'))
  },
  passive: ({ log }, target) => {
    target.addEventListener(
      'load',
      (event) => {
        event.preventDefault()
        log(event.defaultPrevented)
      },
      { passive: true },
    )
    log(target.dispatchEvent(new Event('load', { cancelable: true })))
  },
  'a signal': ({ log }, target) => {
    const controller = new AbortController()
    target.addEventListener('load', () => log('called'), { signal: controller.signal })
    target.dispatchEvent(new Event('load'))
    controller.abort()
    target.dispatchEvent(new Event('load'))
  },
  'a signal that is aborted': ({ log }, target) => {
    target.addEventListener('load', () => log('called'), { signal: AbortSignal.abort() })
    target.dispatchEvent(new Event('load'))
  },
  'options are read once, in order': ({ log }, target) => {
    const options = () => new Proxy({}, { get: (_, key) => void log(`get ${String(key)}`) })
    const listener = () => log('called')
    target.addEventListener('load', listener, options())
    target.removeEventListener('load', listener, options())
    target.dispatchEvent(new Event('load'))
  },
  'options that throw': ({ log }, target) => {
    try {
      target.addEventListener('load', () => log('called'), {
        get capture(): boolean {
          log('capture')
          throw new RangeError('mine')
        },
      })
    } catch (error) {
      log(error)
    }
    target.dispatchEvent(new Event('load'))
  },
  'odd options': ({ log }, target) => {
    for (const options of [
      null,
      undefined,
      0,
      1,
      '',
      'x',
      Symbol('s'),
      [],
      { signal: null },
      { signal: 5 },
      { capture: 'yes' },
    ]) {
      try {
        log(target.addEventListener('load', () => log(String(options)), odd(options)))
      } catch (error) {
        log(error)
      }
    }
    target.dispatchEvent(new Event('load'))
  },
  'a type that is converted': ({ log }, target) => {
    const type = () => ({ toString: () => (log('toString'), 'load'), valueOf: () => log('valueOf') })
    const listener = () => log('called')
    target.addEventListener(odd(type()), listener)
    target.dispatchEvent(new Event('load'))
    target.removeEventListener(odd(type()), listener)
    target.dispatchEvent(new Event('load'))
  },
  'types that are none': ({ log }, target) => {
    const listener = () => log('called')
    for (const type of [
      undefined,
      null,
      5,
      Symbol('s'),
      {
        toString() {
          throw new RangeError('mine')
        },
      },
    ]) {
      try {
        log(target.addEventListener(odd(type), listener))
        log(target.removeEventListener(odd(type), listener))
      } catch (error) {
        log(error)
      }
    }
  },
  'listeners that are none': ({ log }, target) => {
    for (const listener of [undefined, null, 5, 'x', Symbol('s'), []]) {
      try {
        log(target.addEventListener('load', odd(listener)))
        log(target.removeEventListener('load', odd(listener)))
      } catch (error) {
        log(error)
      }
    }
    for (const args of [[], ['load']]) {
      try {
        log(Reflect.apply(target.addEventListener, target, args))
      } catch (error) {
        log(error)
      }
    }
    target.dispatchEvent(new Event('load'))
  },
  'removed while it is dispatched': ({ log }, target) => {
    const second = () => log('second')
    target.addEventListener('load', () => {
      log('first')
      target.removeEventListener('load', second)
    })
    target.addEventListener('load', second)
    target.dispatchEvent(new Event('load'))
  },
  'order and stopping': ({ log }, target) => {
    target.addEventListener('load', () => log(1))
    target.addEventListener('load', (event) => {
      log(2)
      event.stopImmediatePropagation()
    })
    target.addEventListener('load', () => log(3))
    target.dispatchEvent(new Event('load'))
  },
  'a listener that throws': ({ log }, target) => {
    target.addEventListener('load', () => {
      throw new RangeError('mine')
    })
    target.addEventListener('load', () => log('next'))
    log(target.dispatchEvent(new Event('load')))
  },
  'dispatching what is no event': ({ log }, target) => {
    for (const event of [undefined, null, {}, 'load']) {
      try {
        log(target.dispatchEvent(odd(event)))
      } catch (error) {
        log(error)
      }
    }
    const event = new Event('load')
    target.addEventListener('load', () => {
      try {
        target.dispatchEvent(event)
      } catch (error) {
        log(error)
      }
    })
    target.dispatchEvent(event)
  },
  'own properties': (_, target) => {
    target.addEventListener('load', () => {})
    return Reflect.ownKeys(target).map(String)
  },
  'a proxied listener': ({ log }, target) => {
    const listener = new Proxy(() => log('called'), {
      get: (own, key, self) => (log(`get ${String(key)}`), Reflect.get(own, key, self)),
    })
    target.addEventListener('load', listener)
    target.dispatchEvent(new Event('load'))
    target.removeEventListener('load', listener)
    target.dispatchEvent(new Event('load'))
  },
}

export const eventCases: Cases = {
  ...Object.fromEntries(
    Object.entries(TARGETS).flatMap(([kind, make]) =>
      Object.entries(RUNS).map(([name, run]): [string, Case] => [
        `${kind}: ${name}`,
        (kit) => run(kit, make()),
      ]),
    ),
  ),
  'listeners on nothing are on window': ({ log }) => {
    const listener = () => log('called')
    addEventListener('twin', listener)
    EventTarget.prototype.addEventListener.call(odd(undefined), 'twin', listener)
    dispatchEvent(new Event('twin'))
    removeEventListener('twin', listener)
    dispatchEvent(new Event('twin'))
  },
  'an image that loads': (kit) =>
    new Promise<void>((resolve) => {
      const image = new Image()
      image.onload = function (event) {
        kit.log([this === image, event.type])
        resolve()
      }
      image.addEventListener('load', () => kit.log('listener'))
      image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='
      kit.log(image.onload === image.onload)
    }),
  'an image that fails': (kit) =>
    new Promise<void>((resolve) => {
      const image = new Image()
      image.onerror = (...args) => {
        kit.log(args.length)
        resolve()
      }
      image.src = 'data:image/png,x'
    }),
  'handlers are what was set': ({ log }) => {
    const image = new Image()
    for (const value of [() => {}, { handleEvent() {} }, null, undefined, 5, 'x', Symbol('s')]) {
      try {
        image.onload = odd(value)
        log(image.onload === value)
      } catch (error) {
        log(error)
      }
    }
  },
  'a handler by attribute': ({ log }) => {
    const image = new Image()
    image.setAttribute('onload', 'window.twin = 1')
    log(typeof image.onload)
    image.dispatchEvent(new Event('load'))
    log((window as unknown as { twin: unknown }).twin)
    Reflect.deleteProperty(window, 'twin')
  },
  'one function as the handler of two': ({ log }) => {
    const handler = function (this: unknown) {
      log(this === first ? 'first' : 'second')
    }
    const [first, second] = [new Image(), new Image()]
    first.onload = second.onload = handler
    first.dispatchEvent(new Event('load'))
    second.dispatchEvent(new Event('load'))
    first.onload = null
    first.dispatchEvent(new Event('load'))
    log([first.onload, second.onload === handler])
  },
  'click and requestSubmit': ({ log }) => {
    const form = document.body.appendChild(document.createElement('form'))
    const button = form.appendChild(document.createElement('button'))
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      log(['submit', (event as SubmitEvent).submitter === button])
    })
    button.addEventListener('click', ({ isTrusted }) => log(['click', isTrusted]))
    button.click()
    form.requestSubmit()
    form.requestSubmit(button)
    try {
      form.requestSubmit(document.body)
    } catch (error) {
      log(error)
    }
    form.remove()
  },
}
