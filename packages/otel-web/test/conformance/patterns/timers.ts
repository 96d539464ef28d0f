import { NO_OWNER, type Pattern, sleep } from '../flow.ts'

interface Scheduling {
  postTask<T>(callback: () => T, options?: { priority?: string; delay?: number }): Promise<T>
  yield(): Promise<void>
}
const { scheduler } = globalThis as { scheduler?: Scheduling }

const idle = (callback: () => void): unknown =>
  globalThis.requestIdleCallback?.(callback) ?? setTimeout(callback, 1)

export const timers: Pattern[] = [
  {
    name: 'setTimeout, and one inside another',
    run: (flow) =>
      new Promise<void>((resolve) => {
        setTimeout(() => {
          flow.check('first')
          setTimeout(() => {
            flow.check('second')
            resolve()
          }, 1)
        }, 1)
      }),
  },
  {
    name: 'a poll by repeated setTimeout',
    run: async (flow) => {
      let state = 0
      setTimeout(() => {
        state = 1
      }, 8)
      const poll = async (): Promise<void> => {
        flow.check('poll')
        if (state === 1) return
        await sleep(2)
        return poll()
      }
      await poll()
      flow.check('after')
    },
  },
  {
    name: 'requestAnimationFrame',
    run: async (flow) => {
      await new Promise<void>((resolve) =>
        requestAnimationFrame(() => {
          flow.check('frame')
          requestAnimationFrame(() => resolve())
        }),
      )
      flow.check('after two frames')
    },
  },
  {
    name: 'requestIdleCallback',
    run: async (flow) => {
      await new Promise<void>((resolve) =>
        idle(() => {
          flow.check('idle')
          resolve()
        }),
      )
      flow.check('after')
    },
  },
  {
    name: 'queueMicrotask',
    run: async (flow) => {
      await sleep(1)
      await new Promise<void>((resolve) =>
        queueMicrotask(() => {
          flow.check('microtask')
          queueMicrotask(() => {
            flow.check('microtask in a microtask')
            resolve()
          })
        }),
      )
      flow.check('after')
    },
  },
  {
    name: 'scheduler.postTask',
    run: async (flow) => {
      if (scheduler === undefined) return
      await scheduler.postTask(() => flow.check('task'), { priority: 'background' })
      flow.check('after')
      await scheduler.postTask(
        async () => {
          await sleep(1)
          flow.check('async task')
        },
        { delay: 2 },
      )
      flow.check('after a delayed task')
    },
  },
  {
    name: 'scheduler.yield in a long job',
    run: async (flow) => {
      for (let chunk = 0; chunk < 5; chunk++) {
        await (scheduler?.yield?.() ?? sleep(0))
        flow.check(`chunk ${chunk}`)
      }
    },
  },
  {
    name: 'debounce: the last call schedules',
    run: async (flow) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      await new Promise<void>((resolve) => {
        const search = () => {
          clearTimeout(timer)
          timer = setTimeout(async () => {
            flow.check('debounced')
            await sleep(1)
            flow.check('debounced, later')
            resolve()
          }, 5)
        }
        search()
        setTimeout(search, 2)
      })
      flow.check('after')
    },
  },
  {
    name: 'a debounce shared by all: the last caller owns it',
    run: async (flow) => {
      const state = flow.shared(() => ({ timer: undefined as unknown, last: '', done: [] as (() => void)[] }))
      await sleep(2)
      clearTimeout(state.timer as number)
      state.last = flow.name
      await new Promise<void>((resolve) => {
        state.done.push(resolve)
        state.timer = setTimeout(() => {
          flow.check('debounced', state.last)
          for (const done of state.done) done()
        }, 20)
      })
      flow.check('after')
    },
  },
  {
    name: 'the first call of an interval has the context that set it, later ones have none',
    run: async (flow) => {
      await new Promise<void>((resolve) => {
        let ticks = 0
        const timer = setInterval(() => {
          const owner = ticks === 0 ? flow.name : NO_OWNER
          flow.check('tick', owner)
          void (async () => {
            await sleep(1)
            flow.check('after a tick', owner)
          })()
          if (++ticks < 3) return
          clearInterval(timer)
          resolve()
        }, 2)
      })
      flow.check('after')
      await sleep(5)
    },
  },
  {
    name: 'a scheduler that runs each action on an interval and clears it afterwards, as RxJS does',
    run: async (flow) => {
      const schedule = (work: () => number | undefined, delay: number) => {
        const timer = setInterval(() => {
          clearInterval(timer)
          const again = work()
          if (again !== undefined) schedule(work, again)
        }, delay)
      }
      let pending = 2
      await new Promise<void>((resolve) => {
        schedule(() => {
          flow.check('debounced')
          if (--pending > 0) return 3
          resolve()
          return undefined
        }, 5)
      })
      flow.check('after')
    },
  },
  {
    name: 'arguments and identifiers of timers',
    run: async (flow) => {
      const value = await new Promise((resolve) => setTimeout(resolve, 1, 'argument'))
      if (value !== 'argument') throw new Error('setTimeout lost its arguments')
      const cancelled = setTimeout(() => flow.check('must not run', 'cancelled'), 1)
      clearTimeout(cancelled)
      await sleep(3)
      flow.check('after')
    },
  },
]
