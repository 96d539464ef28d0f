import { type Flow, type Pattern, sleep } from '../flow.ts'

let request = 0
/** An address of its own for each request: nothing comes from the cache. */
const url = (path: string): string => `${path}${path.includes('?') ? '&' : '?'}request=${request++}`

const xhr = (path: string): XMLHttpRequest => {
  const call = new XMLHttpRequest()
  call.open('GET', url(path))
  return call
}

const cancelled = (error: unknown): boolean => error instanceof DOMException

const streamed = async (flow: Flow): Promise<number> => {
  const response = await fetch(url('/stream?chunks=4'))
  const reader = response.body?.getReader()
  let size = 0
  while (reader !== undefined) {
    const { done, value } = await reader.read()
    flow.check(done ? 'end' : 'chunk')
    if (done) break
    size += value.length
  }
  return size
}

export const network: Pattern[] = [
  {
    name: 'fetch',
    run: async (flow) => {
      const response = await fetch(url('/json?delay=3'))
      flow.check(`answer ${response.status}`)
    },
  },
  {
    name: 'fetch and every kind of body',
    run: async (flow) => {
      await (await fetch(url('/json'))).json()
      flow.check('json')
      await (await fetch(url('/json'))).text()
      flow.check('text')
      await (await fetch(url('/json'))).arrayBuffer()
      flow.check('arrayBuffer')
      const blob = await (await fetch(url('/json'))).blob()
      flow.check('blob')
      await blob.text()
      flow.check('text of the blob')
    },
  },
  {
    name: 'fetch with then',
    run: (flow) =>
      fetch(url('/json'))
        .then((response) => {
          flow.check('answer')
          return response.json()
        })
        .then(() => flow.check('body')),
  },
  {
    name: 'parallel fetches',
    run: async (flow) => {
      const get = async (delay: number) => {
        const response = await fetch(url(`/json?delay=${delay}`))
        flow.check('answer')
        await response.json()
        flow.check('body')
      }
      await Promise.all([get(8), get(2), get(5)])
      flow.check('all')
    },
  },
  {
    name: 'a stream read chunk by chunk',
    run: async (flow) => {
      await streamed(flow)
      flow.check('after')
    },
  },
  {
    name: 'a stream piped and iterated',
    run: async (flow) => {
      const { body } = await fetch(url('/stream?chunks=3'))
      if (body === null) return
      const reader = body
        .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string>)
        .getReader()
      for (let read = await reader.read(); !read.done; read = await reader.read()) flow.check('chunk')
      flow.check('after')
    },
  },
  {
    name: 'server-sent events read by fetch',
    run: async (flow) => {
      async function* events(): AsyncGenerator<string> {
        const { body } = await fetch(url('/stream?chunks=4&delay=2'))
        const reader = body?.getReader()
        const decoder = new TextDecoder()
        while (reader !== undefined) {
          const { done, value } = await reader.read()
          if (done) return
          yield decoder.decode(value)
        }
      }
      for await (const event of events()) flow.check(`event ${event.length > 0}`)
      flow.check('after')
    },
  },
  {
    name: 'a fetch that fails',
    run: async (flow) => {
      try {
        await fetch(url('/broken'))
        flow.check('must fail', 'failed')
      } catch {
        flow.check('catch')
      }
    },
  },
  {
    name: 'a fetch aborted by its own flow',
    run: async (flow) => {
      const controller = new AbortController()
      controller.signal.addEventListener('abort', () => flow.check('listener'))
      setTimeout(() => controller.abort(), 3)
      try {
        await fetch(url('/unanswered'), { signal: controller.signal })
      } catch (error) {
        flow.check(`aborted ${cancelled(error)}`)
      }
      await sleep(1)
      flow.check('after')
    },
  },
  {
    name: 'AbortSignal.timeout',
    run: async (flow) => {
      try {
        await fetch(url('/unanswered'), { signal: AbortSignal.timeout(4) })
      } catch {
        flow.check('timed out')
      }
      const signal = AbortSignal.timeout(2)
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          flow.check('listener')
          resolve()
        })
      })
      flow.check('after')
    },
  },
  {
    name: 'a fetch tried three times',
    run: async (flow) => {
      for (let attempt = 0; attempt < 3; attempt++) {
        const response = await fetch(url(`/json?status=${attempt < 2 ? 503 : 200}`))
        flow.check(`answer ${response.status}`)
        if (response.ok) break
        await sleep(2)
        flow.check('pause')
      }
    },
  },
  {
    name: 'XMLHttpRequest with onload',
    run: async (flow) => {
      await new Promise<void>((resolve) => {
        const call = xhr('/json?delay=2')
        call.onreadystatechange = () => {
          if (call.readyState === 4) flow.check('readystatechange')
        }
        call.onload = () => {
          flow.check('load')
          resolve()
        }
        call.send()
      })
      flow.check('after')
    },
  },
  {
    name: 'XMLHttpRequest with listeners',
    run: async (flow) => {
      await new Promise<void>((resolve) => {
        const call = xhr('/stream?chunks=2')
        call.addEventListener('progress', () => flow.check('progress'))
        call.addEventListener('loadend', {
          handleEvent() {
            flow.check('loadend')
            resolve()
          },
        })
        call.send()
      })
      flow.check('after')
    },
  },
  {
    name: 'XMLHttpRequest opened early, sent by the flow',
    run: async (flow) => {
      const call = flow.shared(() => new Map<string, XMLHttpRequest>())
      call.set(flow.name, xhr('/json'))
      await sleep(2)
      await new Promise<void>((resolve) => {
        const own = call.get(flow.name)
        own?.addEventListener('load', () => {
          flow.check('load')
          void sleep(1).then(() => {
            flow.check('then')
            resolve()
          })
        })
        own?.send()
      })
      flow.check('after')
    },
  },
  {
    name: 'XMLHttpRequest that times out',
    run: async (flow) => {
      await new Promise<void>((resolve) => {
        const call = xhr('/unanswered')
        call.timeout = 5
        call.ontimeout = () => {
          flow.check('timeout')
          resolve()
        }
        call.send()
      })
      flow.check('after')
    },
  },
]
