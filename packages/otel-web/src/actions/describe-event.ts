import type { ActionType } from './action.ts'
import { matches, nameElement } from './action-name.ts'

const CLICKED_BY_ENTER =
  'button,a[href],area[href],summary,input:is([type=button],[type=submit],[type=reset],[type=image])'

/** Type and name of the action that an event starts, such as `click Buy`. */
export function describeEvent(event: Event): { readonly type: ActionType; readonly name: string } {
  const target = targetOf(event)
  const type = actionTypeOf(event, target)
  return { type, name: `${type} ${nameElement(target)}` }
}

/** Enter on a button or a link is a click: the browser dispatches a `click` after the `keydown`. */
function actionTypeOf({ type }: Event, target: EventTarget | null | undefined): ActionType {
  if (type !== 'keydown') return type as ActionType
  return target instanceof Element && matches(target, CLICKED_BY_ENTER) ? 'click' : 'enter'
}

/**
 * The submit button of a form, otherwise the innermost target. In an open shadow tree `event.target` is only the host.
 */
function targetOf(event: Event): EventTarget | null | undefined {
  return (event as Partial<SubmitEvent>).submitter ?? event.composedPath()[0] ?? event.target
}
