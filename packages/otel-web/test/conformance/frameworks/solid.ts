import {
  batch,
  createDeferred,
  createEffect,
  createResource,
  createRoot,
  createSignal,
  startTransition,
} from 'solid-js'
import { sleep } from '../flow.ts'
import { provide } from './program.ts'

provide([
  {
    name: 'effects',
    places: ['effect', 'effect, batched'],
    start: (look) =>
      createRoot(() => {
        const signals = [createSignal<string>(), createSignal<string>()]
        const batched = [createSignal<string>(), createSignal<string>()]
        for (const [owner] of signals) createEffect(() => look('effect', owner()))
        for (const [owner] of batched) createEffect(() => look('effect, batched', owner()))
        return async (nth, action) => {
          signals[nth]?.[1](action)
          await sleep(2)
          batch(() => batched[nth]?.[1](action))
        }
      }),
  },
  {
    name: 'transitions, deferred values and resources',
    places: ['effect', 'deferred', 'fetcher'],
    start: (look) =>
      createRoot(() => {
        const signals = [createSignal<string>(), createSignal<string>()]
        const asked = [createSignal<string>(), createSignal<string>()]
        for (const [owner] of signals) {
          const deferred = createDeferred(owner)
          createEffect(() => look('effect', owner()))
          createEffect(() => look('deferred', deferred()))
        }
        for (const [owner] of asked) createResource(owner, (given) => look('fetcher', given))
        return async (nth, action) => {
          asked[nth]?.[1](action)
          await startTransition(() => signals[nth]?.[1](action))
        }
      }),
  },
])
