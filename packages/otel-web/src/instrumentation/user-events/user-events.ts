import type { Action } from '../../actions/action.ts'
import { describeEvent } from '../../actions/describe-event.ts'
import type { PageSdk } from '../../page-sdk.ts'
import { patchMethod, type Restore } from '../../platform/patch.ts'
import { stopAll } from '../../platform/stop-all.ts'

type Invoker = HTMLButtonElement & { commandForElement: Element }

/** Methods after which a `toggle` or `close` event is dispatched. */
const TOGGLERS = [
  ...['close', 'requestClose', 'show', 'showModal'].map((name) => ['HTMLDialogElement', name] as const),
  ...['showPopover', 'hidePopover', 'togglePopover'].map((name) => ['HTMLElement', name] as const),
]

/**
 * Starts an action for each click, submit, change and press of Enter. Each event has one capture listener on `window`,
 * so that the action's context is active before any listener of the page runs. Events of the same gesture, such as the
 * click on a label and the resulting click on its field, share one action.
 *
 * @returns removes the listeners
 */
export function listenForUserActions(sdk: PageSdk): Restore {
  const { actions, gesture, hooks } = sdk
  const { listen } = sdk.listeners
  const active = () => actions.active()
  const { port1, port2 } = new MessageChannel()
  /** The action that opened, closed or toggled an element. Cleared by the next gesture. */
  let toggled = new WeakMap<object, Action>()
  const forget = () => {
    gesture.action = undefined
  }
  const forgetAll = () => {
    forget()
    toggled = new WeakMap()
  }
  port1.onmessage = forget

  const onEvent = (event: Event) => {
    // Events that code dispatches belong to the action of that code. They are trusted if the code submits a form. A
    // trusted click or key press is a gesture of its own, even if a context is left over from an earlier task.
    const { isTrusted, type } = event
    const isOwn = isTrusted && /click|key/.test(type)
    const current = (isTrusted && gesture.action) || (isOwn ? undefined : active())
    const action = current ?? startFor(event)
    if (!gesture.action) port2.postMessage(0)
    if (isTrusted) gesture.action = action
    for (const node of event.composedPath()) {
      // A missing property of a window or a document is slow to read: the browser looks for an element of that name.
      if (!(node instanceof Element)) continue
      const { popoverTargetElement, commandForElement } = node as Partial<Invoker>
      for (const element of [node, popoverTargetElement, commandForElement]) {
        if (element instanceof Element) toggled.set(element, action)
      }
    }
    sdk.enter(action.context, event)
    if (type === 'click') hooks.onClick?.(event, action)
  }
  const startFor = (event: Event): Action => {
    sdk.recordingState.session.touch()
    sdk.pageLoad.release()
    return actions.start({ ...describeEvent(event), startMillis: startOf(event) })
  }
  // `toggle` and `close` are dispatched in separate tasks.
  const onToggle = (event: Event) => {
    const action = event.isTrusted && event.target && !active() ? toggled.get(event.target) : undefined
    if (action) sdk.enter(action.context, event)
  }

  const stops = [
    listen(window, 'pointerdown', forgetAll),
    // A press takes the focus from a field, whose `change` is dispatched before the click. The click is another
    // gesture.
    listen(window, 'mouseup', forget),
    listen<KeyboardEvent>(window, 'keydown', (event) => {
      forgetAll()
      const { key, isComposing, repeat } = event
      if (key === 'Enter' && !isComposing && !repeat) onEvent(event)
    }),
    ...['click', 'submit', 'change'].map((type) => listen(window, type, onEvent)),
    // A checkbox dispatches `input` between `click` and `change`. A double click follows the second click.
    ...['input', 'dblclick'].map((type) =>
      listen(window, type, (event) => {
        if (event.isTrusted && gesture.action) sdk.enter(gesture.action.context, event)
      }),
    ),
    ...['toggle', 'close'].map((type) => listen(window, type, onToggle)),
    ...TOGGLERS.map(([owner, name]) =>
      patchMethod(
        (window as unknown as Record<string, { prototype: object }>)[owner]?.prototype,
        name,
        (stock, element, args) => {
          const action = active()
          if (action && typeof element === 'object' && element) toggled.set(element, action)
          else toggled.delete(element as object)
          return Reflect.apply(stock, element, args)
        },
      ),
    ),
  ]
  return stopAll([...stops, () => port1.close()])
}

/** The time of the input, which is earlier than its dispatch in a busy page. */
function startOf({ timeStamp }: Event): number {
  const now = performance.now()
  return timeStamp > 0 && timeStamp <= now && now - timeStamp < 10_000 ? timeStamp : now
}
