import { guarded } from './guarded.ts'
import { call, patchMethod, type Restore } from './patch.ts'
import { stopAll } from './stop-all.ts'

/** Adds a capture listener. Errors that the listener throws are ignored. Returns a function that removes it. */
export type Listen = <E extends Event>(
  target: EventTarget,
  type: string,
  listener: (event: E) => void,
) => Restore

/** The event listeners of one SDK instance. */
export interface Listeners {
  readonly listen: Listen
  /**
   * Adds all listeners again after `document.open()`, which removes the listeners of the document and the window.
   * `write()` and `writeln()` call it implicitly when the document is loaded.
   *
   * @returns restores the methods of the document
   * @see https://html.spec.whatwg.org/multipage/dynamic-markup-insertion.html#document-open-steps
   */
  readonly listenAfterOpen: () => Restore
}

export function createListeners(): Listeners {
  /** Functions that add one listener each. Adding a registered listener again has no effect. */
  const added = new Set<() => void>()
  return {
    listen(target, type, listener) {
      const own = (event: Event) => guarded(() => listener(event as Parameters<typeof listener>[0]))
      const options = { capture: true, passive: true }
      // An element with the id `addEventListener` shadows the method of the window.
      const { addEventListener, removeEventListener } = EventTarget.prototype
      const add = () => Reflect.apply(addEventListener, target, [type, own, options])
      add()
      added.add(add)
      return () => {
        added.delete(add)
        Reflect.apply(removeEventListener, target, [type, own, options])
      }
    },
    listenAfterOpen: () =>
      stopAll(
        ['open', 'write', 'writeln'].map((name) =>
          patchMethod(Document.prototype, name, (stock, self, args) => {
            try {
              return call(stock, self, args)
            } finally {
              for (const add of added) add()
            }
          }),
        ),
      ),
  }
}
