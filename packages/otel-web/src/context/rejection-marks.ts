import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'

/** Finds out in whose task a rejection happened that nobody handled. */
export interface RejectionMarks {
  /** Code of a context ran in the current task, and may have left a rejected promise. */
  readonly ran: (context: Context) => void
  /** The user's input is being dispatched. Only that is more urgent than the mark, and its listeners run unseen. */
  readonly onInput: () => void
  /** While `unhandledrejection` is dispatched: the context that alone ran in the task of the rejection, if one did. */
  readonly rejected: () => Context | undefined
}

interface Task {
  /** The context that ran in it; the empty one for several. */
  only: Context
}

type PostTask = (callback: () => void, options: { readonly priority: 'user-blocking' }) => unknown

/**
 * `unhandledrejection` comes in a task of its own, and other tasks may have run before it, most of them unseen. But it
 * keeps its place among the `toggle` events of `<details>`: both come from the DOM manipulation task source. So one
 * is queued while code of a context runs, and another by a task so urgent that it overtakes what waits behind the
 * first one's. What is told of between the two was rejected in that task, and if no other context ran in it, by this one.
 *
 * @see https://html.spec.whatwg.org/multipage/webappapis.html#notify-about-rejected-promises
 */
export function createRejectionMarks(): RejectionMarks {
  const { scheduler } = globalThis as { readonly scheduler?: { readonly postTask?: PostTask } }
  // Safari's toggles keep no order with its rejections, so a scheduler there would not do.
  const post = /^Apple/.test(navigator.vendor) ? undefined : scheduler?.postTask?.bind(scheduler)
  /** The task that is running, as far as it is told of. */
  let running: Task | undefined
  /** The task whose rejections are being told of. */
  let told: Task | undefined

  // Making one costs several times what toggling it does.
  const free: HTMLDetailsElement[] = []
  const mark = (task?: Task) => {
    const details = free.pop() ?? document.createElement('details')
    details.ontoggle = () => {
      told = task
      free.push(details)
    }
    details.open = !details.open
  }
  const end = () => {
    const only = running?.only
    running = undefined
    // Where nobody's code ran there is nothing to tell apart.
    if (only !== ROOT_CONTEXT) mark()
  }
  return {
    ran(context) {
      if (running) {
        if (running.only !== context) running.only = ROOT_CONTEXT
      } else if (post) {
        running = { only: context }
        if (context !== ROOT_CONTEXT) mark(running)
        post(end, { priority: 'user-blocking' })
      }
    },
    onInput() {
      if (running) running.only = ROOT_CONTEXT
    },
    // Without the second mark nobody knows how far the task goes.
    rejected: () => (told === running ? undefined : told?.only),
  }
}
