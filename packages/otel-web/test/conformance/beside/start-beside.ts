import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncContextManager } from '../../../src/context/async-context-manager.ts'

/** Records the active context. */
export type See = (where: string) => void

declare global {
  interface Window {
    /** `<where>: <right or not>` of everything noted, in order. */
    seen: string[]
    disableContexts: () => void
  }
}

const NAME = createContextKey('click')

/** Starts a page of a framework with the context manager. Each click is a separate action. */
export function startBeside(render: (see: See, root: HTMLElement) => void): void {
  const manager = new AsyncContextManager().enable()
  const seen: string[] = []
  let clicks = 0
  const name = () => manager.active().getValue(NAME) ?? 'none'
  window.addEventListener('click', () => manager.enter(ROOT_CONTEXT.setValue(NAME, `click ${++clicks}`)), {
    capture: true,
  })
  const root = document.createElement('main')
  document.body.append(root)
  Object.assign(window, { seen, disableContexts: () => manager.disable() })
  render((where) => seen.push(`${where}: ${name()}`), root)
}
