import '@angular/compiler'
import { computed, effect, linkedSignal, provideZonelessChangeDetection, signal } from '@angular/core'
import { toObservable } from '@angular/core/rxjs-interop'
import { createApplication } from '@angular/platform-browser'
import { createEffect, createMemo, createResource, createRoot, createSignal } from 'solid-js'
import { effectScope, nextTick, ref, computed as vueComputed, watch, watchEffect } from 'vue'
import { type Pattern, sleep } from '../flow.ts'

/** Signals of frameworks, each flow with state of its own. */
export const signals: Pattern[] = [
  {
    name: 'Angular: signals, effects and a signal as an observable',
    run: async (flow) => {
      const { injector, destroy } = await createApplication({
        providers: [provideZonelessChangeDetection()],
      }).then((app) => ({ injector: app.injector, destroy: () => app.destroy() }))
      const value = signal(0)
      const doubled = computed(() => value() * 2)
      const linked = linkedSignal(() => doubled() + 1)
      const seen: number[] = []
      effect(
        () => {
          seen.push(linked())
          flow.check('effect')
        },
        { injector },
      )
      toObservable(doubled, { injector }).subscribe(() => flow.check('observer'))
      for (const next of [1, 2]) {
        await sleep(2)
        value.set(next)
        while (!seen.includes(next * 2 + 1)) await sleep(2)
        flow.check(`after ${next}`)
      }
      destroy()
    },
  },
  {
    name: 'Vue: watchers and computed values outside of components',
    run: async (flow) => {
      const scope = effectScope()
      const value = ref(0)
      const doubled = vueComputed(() => value.value * 2)
      scope.run(() => {
        watch(doubled, async () => {
          flow.check('watcher')
          await sleep(1)
          flow.check('watcher, later')
        })
        watchEffect(() => {
          if (doubled.value > 0) flow.check('effect')
        })
      })
      await sleep(flow.shared(() => ({ next: 1 })).next++ * 4)
      value.value = 1
      await nextTick()
      flow.check('next tick')
      await sleep(2)
      scope.stop()
    },
  },
  {
    name: 'Solid: effects, memos and resources',
    run: async (flow) => {
      const dispose = await new Promise<() => void>((resolve) =>
        createRoot((stop) => {
          const [id, setId] = createSignal(0)
          const doubled = createMemo(() => id() * 2)
          const [loaded] = createResource(doubled, async (wanted) => {
            flow.check('resource')
            await sleep(1)
            return wanted + 1
          })
          createEffect(() => {
            const value = loaded()
            if (value === undefined) return
            flow.check('effect')
            if (value > 1) resolve(stop)
          })
          setTimeout(() => setId(1), 2)
        }),
      )
      flow.check('after')
      dispose()
    },
  },
]
