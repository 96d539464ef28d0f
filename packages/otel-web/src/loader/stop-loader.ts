import type { LoaderState } from './loader-state.ts'

const EVENTS = ['click', 'submit', 'change', 'keydown']

/** Stops the loader. Its patches then pass every call through. */
export function stopLoader(loader: LoaderState): void {
  loader.stopped_ = true
  for (const name of ['fetch', 'open', 'setRequestHeader', 'send'] as const) delete loader[name].apply
  for (const type of EVENTS) window.removeEventListener(type, loader.onEvent_, true)
}
