import * as components from 'svelte-components'
import { sleep } from '../flow.ts'
import { type Program, place, provide } from './program.ts'

const program = (name: string, pauseMillis?: number): Program => ({
  name,
  places: [...components.places],
  async start(look) {
    const set = components.mountApp(place(), look)
    return async (nth, action) => {
      if (pauseMillis) await sleep(pauseMillis)
      set(nth, action)
    }
  },
})

provide([
  program('components'),
  program('components, after an await of its own', 2),
  {
    name: 'tick',
    places: ['tick'],
    start(look) {
      const set = components.mountApp(place(), () => {})
      return async (nth, action) => {
        set(nth, action)
        await components.tick()
        look('tick', action)
      }
    },
  },
])
