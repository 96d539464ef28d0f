import { type Pattern, sleep } from '../flow.ts'

const leaf = async (): Promise<number> => {
  await sleep(1)
  return 1
}

class Repository {
  readonly #rows = [1, 2, 3]
  static async open(): Promise<Repository> {
    await sleep(1)
    return new Repository()
  }
  async #read(index: number): Promise<number> {
    await sleep(1)
    return this.#rows[index] ?? 0
  }
  async sum(): Promise<number> {
    return (await this.#read(0)) + (await this.#read(1))
  }
  get total(): Promise<number> {
    return this.sum()
  }
}

export const awaits: Pattern[] = [
  {
    name: 'a hundred ticks that wait for nothing',
    run: async (flow) => {
      await sleep(1)
      for (let tick = 0; tick < 100; tick++) await null
      flow.check('after')
    },
  },
  {
    name: 'recursion, a hundred deep',
    run: async (flow) => {
      const walk = async (depth: number): Promise<void> => {
        if (depth === 0) await sleep(1)
        else await walk(depth - 1)
        flow.check(`depth ${depth}`)
      }
      await walk(100)
      flow.check('after')
    },
  },
  {
    name: 'await null',
    run: async (flow) => {
      await null
      flow.check('after')
      await undefined
      flow.check('again')
    },
  },
  {
    name: 'await a settled promise',
    run: async (flow) => {
      await Promise.resolve(1)
      flow.check('after')
    },
  },
  {
    name: 'await a rejected promise, catch and finally',
    run: async (flow) => {
      try {
        await Promise.reject(new Error('no'))
      } catch {
        flow.check('catch')
        await sleep(1)
        flow.check('catch, after await')
      } finally {
        flow.check('finally')
        await leaf()
        flow.check('finally, after await')
      }
      flow.check('after')
    },
  },
  {
    name: 'finally while an error passes through',
    run: async (flow) => {
      const failing = async () => {
        try {
          await sleep(1)
          throw new Error('no')
        } finally {
          flow.check('finally')
          await null
          flow.check('finally, after await')
        }
      }
      await failing().catch(() => flow.check('catch'))
      flow.check('after')
    },
  },
  {
    name: 'a thenable that is no promise',
    run: async (flow) => {
      // biome-ignore lint/suspicious/noThenProperty: that is what is tried here.
      const query = { then: (resolve: (rows: number) => void) => void setTimeout(() => resolve(3), 2) }
      await query
      flow.check('after')
    },
  },
  {
    name: 'a lazy query builder',
    run: async (flow) => {
      class Query {
        // biome-ignore lint/suspicious/noThenProperty: that is what query builders do.
        then<R>(resolve: (rows: number) => R, reject: (error: unknown) => never): Promise<R> {
          flow.check('run')
          return leaf().then(resolve, reject)
        }
      }
      const rows: number = await (new Query() as unknown as Promise<number>)
      flow.check(`after ${rows}`)
    },
  },
  {
    name: 'twenty awaits in sequence',
    run: async (flow) => {
      for (let index = 0; index < 20; index++) {
        await leaf()
        flow.check(`await ${index}`)
      }
    },
  },
  {
    name: 'a long loop of awaits in one task',
    run: async (flow) => {
      const cached = async (key: number) => key
      let sum = 0
      for (let index = 0; index < 3000; index++) sum += await cached(index)
      flow.check('after a very long loop')
      flow.check(`after ${sum}`)
      await fetch('/json?delay=2')
      flow.check('after a fetch')
      for (let index = 0; index < 300; index++) sum += await cached(index)
      await sleep(2)
      flow.check(`after a timer ${sum}`)
    },
  },
  {
    name: 'nested async functions',
    run: async (flow) => {
      const inner = async () => {
        await sleep(1)
        flow.check('inner')
        return leaf()
      }
      const middle = async () => {
        const value = await inner()
        flow.check('middle')
        return value
      }
      await middle()
      flow.check('outer')
    },
  },
  {
    name: 'recursion, twenty deep',
    run: async (flow) => {
      const walk = async (depth: number): Promise<void> => {
        if (depth === 0) await sleep(1)
        else await walk(depth - 1)
        flow.check(`depth ${depth}`)
      }
      await walk(20)
    },
  },
  {
    name: 'methods, private methods, async getters',
    run: async (flow) => {
      const repository = await Repository.open()
      flow.check('static')
      await repository.sum()
      flow.check('method')
      await repository.total
      flow.check('getter')
    },
  },
  {
    name: 'return a promise without await',
    run: async (flow) => {
      const indirect = async () => leaf()
      const moreIndirect = async () => indirect()
      await moreIndirect()
      flow.check('after')
    },
  },
  {
    name: 'await inside expressions',
    run: async (flow) => {
      const { a = await leaf() } = { a: undefined }
      flow.check('default')
      const text = `${await leaf()} ${[await leaf(), ...(await Promise.all([leaf()]))].length}`
      flow.check(text)
      const none: number | undefined = undefined
      const value = none ?? (a === 1 && (await leaf()) === 1 ? await leaf() : 0)
      flow.check(`conditional ${value}`)
    },
  },
  {
    name: 'await in switch, labelled loops, conditions',
    run: async (flow) => {
      outer: for (let row = 0; row < 2; row++) {
        for (let column = 0; column < 3; column++) {
          switch (await leaf()) {
            case 1:
              flow.check('case')
              if (column === 1) continue outer
          }
        }
      }
      while ((await leaf()) !== 1);
      flow.check('after')
    },
  },
  {
    name: 'work that is not awaited',
    run: async (flow) => {
      const done = sleep(12)
      void (async () => {
        await leaf()
        flow.check('detached')
        await sleep(3)
        flow.check('detached, later')
      })()
      await done
      flow.check('after')
    },
  },
  {
    name: 'async callbacks in map and reduce',
    run: async (flow) => {
      await Promise.all(
        [3, 1, 2].map(async (millis) => {
          await sleep(millis)
          flow.check(`map ${millis}`)
        }),
      )
      await [1, 2, 3].reduce(async (before, millis) => {
        await before
        await sleep(millis)
        flow.check(`reduce ${millis}`)
      }, Promise.resolve())
      flow.check('after')
    },
  },
  {
    name: 'await using',
    run: async (flow) => {
      if (Symbol.asyncDispose === undefined) return
      const resource = {
        async [Symbol.asyncDispose]() {
          await sleep(1)
          flow.check('dispose')
        },
      }
      const use = async () => {
        await using handle = resource
        await leaf()
        flow.check(`use ${typeof handle}`)
      }
      await use()
      flow.check('after')
      {
        await using _handle = resource
      }
      flow.check('after the block')
    },
  },
  {
    name: 'retry with back-off',
    run: async (flow) => {
      let attempts = 0
      const flaky = async () => {
        await leaf()
        flow.check(`attempt ${attempts}`)
        if (++attempts < 4) throw new Error('again')
      }
      for (let delay = 1; ; delay *= 2) {
        try {
          await flaky()
          break
        } catch {
          await sleep(delay)
          flow.check(`back-off ${delay}`)
        }
      }
      flow.check('after')
    },
  },
  {
    name: 'a child context, then the own again',
    run: async (flow) => {
      await flow.within('child', async (child) => {
        flow.check('child, sync', child)
        await leaf()
        flow.check('child', child)
        await sleep(2)
        flow.check('child, later', child)
      })
      flow.check('after')
    },
  },
  {
    name: 'await null inside a child context',
    run: async (flow) => {
      const done = flow.within('child', async (child) => {
        await null
        flow.check('child', child)
        await null
        flow.check('child, again', child)
      })
      await null
      flow.check('beside')
      await done
      flow.check('after')
    },
  },
  {
    name: 'two children side by side',
    run: async (flow) => {
      const part = (name: string, millis: number) =>
        flow.within(name, async (owner) => {
          for (let round = 0; round < 3; round++) {
            await sleep(millis)
            flow.check(`${name} ${round}`, owner)
          }
        })
      await Promise.all([part('left', 2), part('right', 2)])
      flow.check('after')
    },
  },
]
