import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { createElement } from '../platform/document.ts'

/** Determines the context whose task left a rejection unhandled. */
export interface RejectionMarks {
  /** To be called when code of a context runs: it may leave a rejected promise. */
  readonly ran: (context: Context) => void
  /**
   * To be called when user input is dispatched. Browsers give input priority over the second mark, and its listeners
   * run without a call of `ran`.
   */
  readonly onInput: () => void
  /**
   * Valid while `unhandledrejection` is dispatched. Returns the context in which the promise was rejected, if it was
   * the only one that ran in that task.
   */
  readonly rejected: () => Context | undefined
}

interface Task {
  /** The only context that ran in the task; the root context if there were several. */
  only: Context
}

type PostTask = (callback: () => void, options: { readonly priority: 'user-blocking' }) => unknown

/**
 * `unhandledrejection` is dispatched in a separate task, after other tasks that may run unobserved. It keeps its order
 * relative to the `toggle` events of `<details>`, since both use the DOM manipulation task source. These events are
 * used as marks.
 *
 * The first mark is queued while code of a context runs. The second one is queued by a `user-blocking` task, which runs
 * before the tasks that wait behind the first mark. A rejection that is reported between the two marks therefore
 * happened in the marked task. If only one context ran in that task, the rejection belongs to it.
 *
 * @see https://html.spec.whatwg.org/multipage/webappapis.html#notify-about-rejected-promises
 */
export function createRejectionMarks(): RejectionMarks {
  const { scheduler } = globalThis as { readonly scheduler?: { readonly postTask?: PostTask } }
  // Safari does not keep the order of `toggle` and `unhandledrejection`, so marks are not used there.
  const post = /^Apple/.test(navigator.vendor) ? undefined : scheduler?.postTask?.bind(scheduler)
  /** The task that is running, as far as it is known. */
  let running: Task | undefined
  /** The task whose rejections are being reported: the one of the latest mark. */
  let reporting: Task | undefined

  // Elements are reused: creating one costs several times as much as toggling it.
  const free: HTMLDetailsElement[] = []
  const mark = (task?: Task) => {
    const details = free.pop() ?? createElement('details')
    details.ontoggle = () => {
      reporting = task
      free.push(details)
    }
    details.open = !details.open
  }
  const end = () => {
    const only = running?.only
    running = undefined
    // If only the root context ran, there is nothing to separate.
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
    // Before the second mark is queued, the end of the task is unknown.
    rejected: () => (reporting === running ? undefined : reporting?.only),
  }
}
