import { guarded } from '../guarded.ts'
import type { Action, ActionType } from './action.ts'
import { nameElement } from './action-name.ts'

/** The action of the gesture that is being handled, if any. */
export interface Gesture {
  action: Action | undefined
}

const CLICKED_BY_ENTER =
  'button,a[href],area[href],summary,input:is([type=button],[type=submit],[type=reset],[type=image])'

export interface UserEventParts {
  readonly gesture: Gesture
  readonly start: (type: ActionType, name: string, startMillis: number) => Action
  /** The action in whose context the event is dispatched, e.g. by `element.click()`. */
  readonly active: () => Action | undefined
  /** Makes the action's context stand as long as the event is dispatched, its microtasks included. */
  readonly enter: (action: Action, event: Event) => void
  readonly onClick?: (event: Event, action: Action) => void
}

/**
 * Opens an action for every click, submit, Enter and change: one capture listener on window for each, so that the
 * action stands before any listener of the page runs. What one gesture sets off (the click of a label and of its
 * field, the submit after the click) is one action.
 *
 * @returns takes the listeners away.
 */
export function listenForUserActions({ gesture, start, active, enter, onClick }: UserEventParts): () => void {
  const { port1, port2 } = new MessageChannel()
  const forget = () => {
    gesture.action = undefined
  }
  port1.onmessage = forget

  const onEvent = (event: Event) => {
    // What code dispatches (trusted when it submits a form) belongs to whatever that code is doing.
    // The person's own click or key is no code's work, whatever context is left over from an earlier task.
    const { isTrusted, type } = event
    const isOwn = isTrusted && /click|key/.test(type)
    const current = (isTrusted && gesture.action) || (isOwn ? undefined : active())
    const action = current ?? startFor(event)
    if (!gesture.action) port2.postMessage(0)
    if (isTrusted) gesture.action = action
    enter(action, event)
    if (type === 'click') onClick?.(event, action)
  }
  const startFor = (event: Event): Action => {
    const { type, name } = describeEvent(event)
    return start(type, name, startOf(event))
  }

  const stops = [
    listen('pointerdown', forget),
    // Pressing takes the focus from a field, which then says that it changed; the click is about to come.
    listen('mouseup', forget),
    listen('keydown', (event) => {
      forget()
      const { key, isComposing, repeat } = event as KeyboardEvent
      if (key === 'Enter' && !isComposing && !repeat) onEvent(event)
    }),
    listen('click', onEvent),
    listen('submit', onEvent),
    listen('change', onEvent),
    // A box that is ticked says so after its click and before its change.
    listen('input', (event) => {
      if (event.isTrusted && gesture.action) enter(gesture.action, event)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
    port1.close()
  }
}

/** What a person would call the event, `click Buy` for instance. */
export function describeEvent(event: Event): { readonly type: ActionType; readonly name: string } {
  const target = targetOf(event)
  const type = actionTypeOf(event, target)
  return { type, name: `${type} ${nameElement(target)}` }
}

/** Enter on a button or a link is its click, which is about to come. */
function actionTypeOf({ type }: Event, target: EventTarget | null | undefined): ActionType {
  if (type !== 'keydown') return type as ActionType
  return target instanceof Element && target.matches(CLICKED_BY_ENTER) ? 'click' : 'enter'
}

function listen(type: string, listener: (event: Event) => void): () => void {
  const own = (event: Event) => guarded(() => listener(event))
  window.addEventListener(type, own, { capture: true, passive: true })
  return () => window.removeEventListener(type, own, { capture: true })
}

/** Inside open shadow trees the event's own target is only their host. People submit by a button, not a form. */
function targetOf(event: Event): EventTarget | null | undefined {
  return (event as Partial<SubmitEvent>).submitter ?? event.composedPath()[0] ?? event.target
}

/** When the person acted, which is before a busy page got to hear of it. */
function startOf({ timeStamp }: Event): number {
  const now = performance.now()
  return timeStamp > 0 && timeStamp <= now && now - timeStamp < 10_000 ? timeStamp : now
}
