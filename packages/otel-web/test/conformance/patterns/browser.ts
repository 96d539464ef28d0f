import { NO_OWNER, type Pattern, sleep } from '../flow.ts'

const FRAME = '<script>onmessage = (event) => parent.postMessage({ answer: event.data.id }, "*")</script>'

const WORKER = `onmessage = ({ data, ports }) => {
  if (ports[0]) ports[0].postMessage({ id: data.id })
  else setTimeout(() => postMessage(data), 1)
}`

/** What is not in every browser yet. */
interface Newer {
  readonly withResolvers?: <T>() => { promise: Promise<T>; resolve: (value: T) => void }
  readonly try?: <T>(fn: () => T) => Promise<Awaited<T>>
}
const promises = Promise as unknown as Newer

const frame = (): HTMLIFrameElement => {
  const element = document.createElement('iframe')
  element.srcdoc = FRAME
  return element
}

let databases = 0
const request = <T>(made: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    made.addEventListener('success', () => resolve(made.result))
    made.addEventListener('error', () => reject(made.error))
  })

const open = (): Promise<IDBDatabase> => {
  const opening = indexedDB.open(`corpus-browser-${Date.now()}-${databases++}`, 1)
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore('rows', { keyPath: 'id' }).createIndex('name', 'name')
  }
  return request(opening)
}

export const browser: Pattern[] = [
  {
    name: 'Promise.withResolvers and Promise.try',
    run: async (flow) => {
      if (promises.withResolvers === undefined || promises.try === undefined) return
      const { promise, resolve } = promises.withResolvers.call(Promise) as ReturnType<
        NonNullable<Newer['withResolvers']>
      >
      setTimeout(resolve, 2, 'value')
      await promise
      flow.check('withResolvers')
      await promises.try.call(Promise, () => {
        flow.check('try, sync')
        return sleep(1)
      })
      flow.check('try')
      await promises.try
        .call(Promise, () => {
          throw new Error('no')
        })
        .catch(() => flow.check('try, catch'))
      flow.check('after')
    },
  },
  {
    name: 'resolvers of one flow called by another',
    run: async (flow) => {
      const resolvers = flow.shared(() => [] as (() => void)[])
      const mine = new Promise<void>((resolve) => resolvers.push(resolve))
      const waiting = mine.then(() => flow.check('then'))
      await sleep(2)
      resolvers.shift()?.()
      flow.check('resolver')
      await waiting
      await mine
      flow.check('after')
    },
  },
  {
    name: 'AbortSignal.any and AbortSignal.timeout',
    run: async (flow) => {
      if (!('any' in AbortSignal)) return
      const abort = new AbortController()
      const combined = AbortSignal.any([abort.signal, AbortSignal.timeout(5000)])
      combined.addEventListener('abort', () => flow.check('any'))
      const failing = fetch('/unanswered', { signal: combined }).catch(() => flow.check('fetch, catch'))
      setTimeout(() => abort.abort(), 2)
      await failing
      flow.check('after')
      await fetch('/unanswered', { signal: AbortSignal.timeout(4) }).catch(() => flow.check('timed out'))
      flow.check('end')
    },
  },
  {
    name: 'ping-pong over a MessageChannel of the flow',
    run: async (flow) => {
      const { port1, port2 } = new MessageChannel()
      port2.onmessage = ({ data }) => {
        flow.check('pong')
        port2.postMessage(data + 1)
      }
      await new Promise<void>((resolve) => {
        port1.onmessage = ({ data }) => {
          flow.check('ping')
          if (data > 4) resolve()
          else port1.postMessage(data + 1)
        }
        port1.postMessage(0)
      })
      port1.close()
      flow.check('after')
    },
  },
  {
    name: 'a deep copy by a MessageChannel, and structuredClone',
    run: async (flow) => {
      const copy = await new Promise<object>((resolve) => {
        const { port1, port2 } = new MessageChannel()
        port2.onmessage = ({ data }) => resolve(data)
        port1.postMessage({ map: new Map([[1, 2]]) })
      })
      flow.check(`copied ${'map' in copy}`)
      structuredClone(copy)
      flow.check('after')
    },
  },
  {
    name: 'calls of a worker, each with a port of its own',
    run: async (flow) => {
      const worker = flow.shared(() => new Worker(URL.createObjectURL(new Blob([WORKER]))))
      const call = (id: string) =>
        new Promise<void>((resolve) => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => {
            port1.close()
            resolve()
          }
          worker.postMessage({ id }, [port2])
        })
      await call(`${flow.name} 1`)
      flow.check('first')
      await Promise.all([call(`${flow.name} 2`), call(`${flow.name} 3`)])
      flow.check('both')
    },
  },
  {
    name: 'a proxy of a worker, as Comlink makes it',
    run: async (flow) => {
      const remote = flow.shared(() => {
        const worker = new Worker(URL.createObjectURL(new Blob([WORKER])))
        let last = 0
        const call = (...args: unknown[]) =>
          new Promise((resolve) => {
            const id = last++
            const listener = ({ data }: MessageEvent) => {
              if (data.id !== id) return
              worker.removeEventListener('message', listener)
              resolve(data.args)
            }
            worker.addEventListener('message', listener)
            worker.postMessage({ id, args })
          })
        return new Proxy({} as Record<string, typeof call>, { get: () => call })
      })
      await remote.add?.(1, 2)
      flow.check('first')
      await Promise.all([remote.add?.(3), remote.sub?.(4)])
      flow.check('both')
    },
  },
  {
    name: 'a frame that answers',
    run: async (flow) => {
      const element = frame()
      await new Promise<void>((resolve) => {
        element.onload = () => {
          flow.check('load')
          resolve()
        }
        document.body.append(element)
      })
      flow.check('loaded')
      await new Promise<void>((resolve) => {
        const listener = ({ data }: MessageEvent) => {
          if (data.answer !== flow.name) return
          removeEventListener('message', listener)
          resolve()
        }
        addEventListener('message', listener)
        element.contentWindow?.postMessage({ id: flow.name }, '*')
      })
      element.remove()
      flow.check('answered')
    },
  },
  {
    name: 'BroadcastChannel as a request and its answer',
    run: async (flow) => {
      const server = flow.shared(() => {
        const channel = new BroadcastChannel('corpus server')
        channel.onmessage = ({ data }) => channel.postMessage({ answer: data.id })
        return channel
      })
      const client = new BroadcastChannel(server.name)
      await new Promise<void>((resolve) => {
        client.onmessage = ({ data }) => {
          if (data.answer === flow.name) resolve()
        }
        client.postMessage({ id: flow.name })
      })
      flow.check('answered')
      client.close()
      await sleep(1)
      flow.check('after')
    },
  },
  {
    name: 'storage events and media queries have no context',
    run: async (flow) => {
      const query = matchMedia('(min-width: 1px)')
      const listener = () => flow.check('media query', NO_OWNER)
      query.addEventListener('change', listener)
      query.removeEventListener('change', listener)
      localStorage.setItem(flow.name, '1')
      await sleep(1)
      localStorage.removeItem(flow.name)
      flow.check('after')
    },
  },
  {
    name: 'IndexedDB: several stores, an index, a cursor over it, a count',
    run: async (flow) => {
      const database = await open()
      flow.check('opened')
      const writing = database.transaction('rows', 'readwrite')
      await Promise.all(
        [1, 2, 3].map((id) => request(writing.objectStore('rows').put({ id, name: `n${id}` }))),
      )
      flow.check('written')
      await new Promise<void>((resolve) => {
        writing.oncomplete = () => {
          flow.check('complete')
          resolve()
        }
      })
      const reading = database.transaction('rows').objectStore('rows')
      let rows = 0
      await new Promise<void>((resolve) => {
        const cursor = reading.index('name').openCursor()
        cursor.onsuccess = () => {
          flow.check('cursor')
          if (cursor.result === null) return resolve()
          rows++
          cursor.result.continue()
        }
      })
      flow.check(`rows ${rows}`)
      await request(reading.count())
      flow.check('count')
      database.close()
    },
  },
  {
    name: 'IndexedDB: a transaction that is aborted',
    run: async (flow) => {
      const database = await open()
      const transaction = database.transaction('rows', 'readwrite')
      const done = new Promise<void>((resolve) => {
        transaction.onabort = () => {
          flow.check('abort')
          resolve()
        }
      })
      const put = transaction.objectStore('rows').put({ id: 1, name: 'x' })
      put.onsuccess = () => transaction.abort()
      await done
      flow.check('aborted')
      await request(database.transaction('rows').objectStore('rows').get(1))
      flow.check('after')
      database.close()
    },
  },
  {
    name: 'one database for all flows',
    run: async (flow) => {
      const shared = flow.shared(() => ({ database: open() }))
      const database = await shared.database
      flow.check('opened')
      for (let id = 0; id < 3; id++) {
        await request(
          database.transaction('rows', 'readwrite').objectStore('rows').put({ id, name: flow.name }),
        )
        flow.check(`put ${id}`)
      }
    },
  },
  {
    name: 'FileReader with progress, one after the other',
    run: async (flow) => {
      for (const method of ['readAsText', 'readAsDataURL', 'readAsArrayBuffer'] as const) {
        const reader = new FileReader()
        reader.onloadstart = () => flow.check('loadstart')
        reader.onprogress = () => flow.check('progress')
        await new Promise<void>((resolve) => {
          reader.onloadend = () => resolve()
          reader[method](new Blob(['text'.repeat(100)]))
        })
        flow.check(method)
      }
    },
  },
  {
    name: 'blobs: text, bytes, slices, object addresses',
    run: async (flow) => {
      const blob = new Blob(['text'])
      await blob.text()
      flow.check('text')
      await blob.slice(0, 2).arrayBuffer()
      flow.check('slice')
      const address = URL.createObjectURL(blob)
      await (await fetch(address)).text()
      flow.check('address')
      URL.revokeObjectURL(address)
    },
  },
  {
    name: 'observers of two elements, called more than once',
    run: async (flow) => {
      const elements = [document.createElement('p'), document.createElement('p')]
      for (const element of elements) element.style.cssText = 'width:10px;height:10px'
      document.body.append(...elements)
      let calls = 0
      await new Promise<void>((resolve) => {
        const observer = new ResizeObserver(() => {
          if (++calls === 1) {
            flow.check('first')
            for (const element of elements) element.style.width = '20px'
          } else {
            observer.disconnect()
            resolve()
          }
        })
        for (const element of elements) observer.observe(element)
      })
      for (const element of elements) element.remove()
      flow.check('after')
    },
  },
  {
    name: 'visible only when scrolled to',
    run: async (flow) => {
      const element = document.createElement('p')
      element.style.cssText = 'position:absolute;top:0;height:1px;width:1px'
      document.body.append(element)
      const visible = new Promise<void>((resolve) => {
        const observer = new IntersectionObserver((entries) => {
          if (!entries.some(({ isIntersecting }) => isIntersecting)) return
          observer.disconnect()
          resolve()
        })
        observer.observe(element)
      })
      await visible
      flow.check('visible')
      await sleep(1)
      flow.check('later')
      element.remove()
    },
  },
  {
    name: 'frames in a row, and a frame after each await',
    run: async (flow) => {
      for (let frameCount = 0; frameCount < 3; frameCount++) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
        flow.check(`frame ${frameCount}`)
        await null
        flow.check(`after frame ${frameCount}`)
      }
    },
  },
  {
    name: 'idle work in slices',
    run: async (flow) => {
      const idle = globalThis.requestIdleCallback ?? ((callback: () => void) => setTimeout(callback, 1))
      for (let slice = 0; slice < 3; slice++) {
        await new Promise<void>((resolve) =>
          idle(
            () => {
              flow.check(`slice ${slice}`)
              resolve()
            },
            { timeout: 50 },
          ),
        )
        flow.check(`after slice ${slice}`)
      }
    },
  },
  {
    name: 'tasks of several priorities, one of them cancelled',
    run: async (flow) => {
      const { scheduler, TaskController } = globalThis as unknown as {
        scheduler?: { postTask: <T>(fn: () => T, options?: object) => Promise<T> }
        TaskController?: new () => AbortController
      }
      if (scheduler === undefined || TaskController === undefined) return
      const controller = new TaskController()
      const never = scheduler.postTask(() => flow.check('cancelled', 'never'), {
        signal: controller.signal,
        delay: 50,
      })
      const cancelled = never.catch(() => flow.check('cancelled'))
      controller.abort()
      await cancelled
      await Promise.all(
        ['user-blocking', 'user-visible', 'background'].map(async (priority) => {
          await scheduler.postTask(() => flow.check(priority), { priority })
          flow.check(`after ${priority}`)
        }),
      )
      flow.check('after')
    },
  },
  {
    name: 'a view transition',
    run: async (flow) => {
      const { startViewTransition } = document as unknown as {
        startViewTransition?: (update: () => unknown) => {
          updateCallbackDone: Promise<void>
          finished: Promise<void>
        }
      }
      if (startViewTransition === undefined) return
      const transition = startViewTransition.call(document, async () => {
        flow.check('update')
        await sleep(1)
        flow.check('update, later')
      })
      transition.finished.catch(() => {})
      await transition.updateCallbackDone
      flow.check('updated')
    },
  },
  {
    name: 'animations: finished, cancelled, events',
    run: async (flow) => {
      const element = document.createElement('i')
      document.body.append(element)
      const animation = element.animate([{ opacity: 0 }, { opacity: 1 }], 4)
      await new Promise<void>((resolve) => {
        animation.onfinish = () => resolve()
      })
      flow.check('finish event')
      const endless = element.animate([{ opacity: 0 }, { opacity: 1 }], 100_000)
      setTimeout(() => endless.cancel(), 1)
      await endless.finished.catch(() => flow.check('cancelled'))
      element.remove()
      flow.check('after')
    },
  },
  {
    name: 'several modules imported at once, one missing',
    run: async (flow) => {
      const load = (path: string) => import(/* @vite-ignore */ path)
      await Promise.all([load(`/module.js?a${flow.name}`), load(`/module.js?b${flow.name}`)])
      flow.check('both')
      await load(`/missing.js?${flow.name}`).catch(() => flow.check('missing'))
      flow.check('after')
    },
  },
  {
    name: 'keys derived and signed, one after the other',
    run: async (flow) => {
      const { subtle } = crypto
      const password = await subtle.importKey('raw', new TextEncoder().encode('x'), 'PBKDF2', false, [
        'deriveKey',
      ])
      flow.check('imported')
      const key = await subtle.deriveKey(
        { name: 'PBKDF2', salt: new Uint8Array(8), iterations: 10, hash: 'SHA-256' },
        password,
        { name: 'HMAC', hash: 'SHA-256', length: 256 },
        true,
        ['sign', 'verify'],
      )
      flow.check('derived')
      const signature = await subtle.sign('HMAC', key, new Uint8Array(4))
      flow.check('signed')
      await subtle.verify('HMAC', key, signature, new Uint8Array(4))
      flow.check('verified')
    },
  },
  {
    name: 'images decoded, bitmaps, a canvas of its own',
    run: async (flow) => {
      const image = new Image()
      image.src = `/pixel.gif?browser${flow.name}`
      await image.decode()
      flow.check('decoded')
      const bitmap = await createImageBitmap(image)
      flow.check('bitmap')
      if (typeof OffscreenCanvas === 'undefined') return
      const canvas = new OffscreenCanvas(2, 2)
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
      await canvas.convertToBlob()
      flow.check('blob')
    },
  },
  {
    name: 'locks: tried, shared, exclusive, and what is held',
    run: async (flow) => {
      await navigator.locks.request('corpus tried', { ifAvailable: true }, async () => {
        flow.check('tried')
        await sleep(1)
        flow.check('tried, later')
      })
      await navigator.locks.request('corpus shared', { mode: 'shared' }, async () => {
        flow.check('shared')
        await sleep(1)
      })
      flow.check('released')
      await navigator.locks.query()
      flow.check('query')
    },
  },
  {
    name: 'a cache of requests and answers',
    run: async (flow) => {
      if (!('caches' in globalThis)) return
      const cache = await caches.open(`corpus ${flow.name}`)
      flow.check('opened')
      await cache.put('/cached', new Response('text'))
      flow.check('put')
      const answer = await cache.match('/cached')
      flow.check('match')
      await answer?.text()
      flow.check('text')
      await caches.delete(`corpus ${flow.name}`)
      flow.check('deleted')
    },
  },
  {
    name: 'files of the private file system',
    run: async (flow) => {
      const root = await navigator.storage?.getDirectory?.().catch(() => undefined)
      if (root === undefined) return
      flow.check('root')
      const file = await root.getFileHandle(`corpus-${flow.name.replace(/\W/g, '')}`, { create: true })
      flow.check('file')
      await (await file.getFile()).text()
      flow.check('text')
      await root.removeEntry(file.name)
      flow.check('removed')
    },
  },
  {
    name: 'XMLHttpRequest: several at once, upload progress, an abort',
    run: async (flow) => {
      const send = (path: string, body?: string) =>
        new Promise<string>((resolve) => {
          const xhr = new XMLHttpRequest()
          xhr.open(body === undefined ? 'GET' : 'POST', path)
          xhr.upload.onloadend = () => flow.check('upload')
          xhr.onreadystatechange = () => flow.check(`state ${xhr.readyState}`)
          xhr.onloadend = () => {
            flow.check('loadend')
            resolve(xhr.responseText)
          }
          xhr.send(body)
        })
      await Promise.all([send('/json?x=1&delay=4'), send('/json?x=2', '{}')])
      flow.check('both')
      const xhr = new XMLHttpRequest()
      xhr.open('GET', '/unanswered')
      xhr.onabort = () => flow.check('abort')
      xhr.send()
      await sleep(2)
      xhr.abort()
      flow.check('after')
    },
  },
  {
    name: 'one XMLHttpRequest used again',
    run: async (flow) => {
      const xhr = new XMLHttpRequest()
      for (let round = 0; round < 2; round++) {
        await new Promise<void>((resolve) => {
          xhr.open('GET', `/json?round=${round}`)
          xhr.onload = () => {
            flow.check(`load ${round}`)
            resolve()
          }
          xhr.send()
        })
        flow.check(`after ${round}`)
      }
    },
  },
  {
    name: 'a dialog, and a form inside it',
    run: async (flow) => {
      const dialog = document.createElement('dialog')
      dialog.innerHTML = '<form method="dialog"><button value="yes">Yes</button></form>'
      document.body.append(dialog)
      const closed = new Promise<string>((resolve) => {
        dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true })
      })
      dialog.show()
      setTimeout(() => dialog.close('yes'), 1)
      flow.check(`answer ${await closed}`)
      dialog.remove()
      await sleep(1)
      flow.check('after')
    },
  },
  {
    name: 'a custom element that loads when it is connected',
    run: async (flow) => {
      const name = `corpus-loading-${flow.name.replace(/\W/g, '-').toLowerCase()}`
      let loaded: () => void = () => {}
      const done = new Promise<void>((resolve) => {
        loaded = resolve
      })
      customElements.define(
        name,
        class extends HTMLElement {
          async connectedCallback() {
            flow.check('connected')
            await fetch('/json?delay=1')
            flow.check('connected, later')
            loaded()
          }
          disconnectedCallback() {
            flow.check('disconnected')
          }
        },
      )
      await sleep(1)
      const element = document.createElement(name)
      document.body.append(element)
      await done
      element.remove()
      flow.check('after')
    },
  },
  {
    name: 'history entries of the own document',
    run: async (flow) => {
      const { navigation } = globalThis as unknown as {
        navigation?: { updateCurrentEntry: (options: { state: unknown }) => void }
      }
      navigation?.updateCurrentEntry({ state: flow.name })
      await sleep(1)
      history.replaceState(flow.name, '')
      flow.check('after')
    },
  },
  {
    name: 'an array made of an async source',
    run: async (flow) => {
      const { fromAsync } = Array as unknown as {
        fromAsync?: (source: AsyncIterable<number>, map: (value: number) => unknown) => Promise<unknown[]>
      }
      if (fromAsync === undefined) return
      async function* source() {
        for (let n = 0; n < 3; n++) {
          await sleep(1)
          yield n
        }
      }
      const values = await fromAsync.call(Array, source(), async (value) => {
        flow.check('map')
        await sleep(1)
        flow.check('map, later')
        return value
      })
      flow.check(`after ${values.length}`)
    },
  },
  {
    name: 'getters, setters, proxies and tagged templates that are async',
    run: async (flow) => {
      const cart = {
        items: [] as string[],
        get total() {
          return (async () => {
            await sleep(1)
            flow.check('getter')
            return this.items.length
          })()
        },
        set first(item: string) {
          this.items.push(item)
          void sleep(1).then(() => flow.check('setter'))
        },
      }
      cart.first = 'x'
      flow.check(`total ${await cart.total}`)
      const remote = new Proxy({} as Record<string, () => Promise<string>>, {
        get: (_, key) => async () => {
          await sleep(1)
          flow.check('proxy')
          return String(key)
        },
      })
      flow.check(`called ${await remote.method?.()}`)
      const sql = async (parts: TemplateStringsArray, ...values: Promise<number>[]) => {
        const all = await Promise.all(values)
        flow.check('tag')
        return parts.join('?') + all
      }
      await sql`select ${sleep(1).then(() => 1)} from ${sleep(2).then(() => 2)}`
      flow.check('after')
    },
  },
  {
    name: 'classes: fields, statics, inheritance, all of them async',
    run: async (flow) => {
      class Base {
        static ready = sleep(1)
        load = async () => {
          await sleep(1)
          flow.check('field')
          return 1
        }
        protected async step(): Promise<number> {
          await Base.ready
          flow.check('base')
          return 1
        }
      }
      class Derived extends Base {
        #count = 0
        async #bump(): Promise<void> {
          await null
          this.#count++
          flow.check('private')
        }
        override async step(): Promise<number> {
          const before = await super.step()
          await this.#bump()
          flow.check('derived')
          return before + this.#count
        }
        async run(): Promise<number> {
          return (await this.step()) + (await this.load())
        }
      }
      flow.check(`sum ${await new Derived().run()}`)
    },
  },
  {
    name: 'errors: a cause, an aggregate, a rethrow through many layers',
    run: async (flow) => {
      const layer = async (depth: number): Promise<void> => {
        try {
          await sleep(1)
          if (depth === 0) throw new Error('deep')
          await layer(depth - 1)
        } catch (cause) {
          flow.check(`layer ${depth}`)
          throw new Error(`layer ${depth}`, { cause })
        } finally {
          flow.check(`finally ${depth}`)
        }
      }
      await layer(4).catch(() => flow.check('caught'))
      await Promise.any([Promise.reject(new Error('a')), layer(1)]).catch(() => flow.check('aggregate'))
      flow.check('after')
    },
  },
  {
    name: 'generators that are returned from and thrown into',
    run: async (flow) => {
      async function* source(): AsyncGenerator<number, string> {
        try {
          yield 1
          await sleep(1)
          yield 2
        } catch {
          flow.check('thrown in')
          await sleep(1)
          yield 3
        } finally {
          await sleep(1)
          flow.check('finally')
        }
        return 'end'
      }
      const returned = source()
      await returned.next()
      await returned.return('early')
      flow.check('returned')
      const thrown = source()
      await thrown.next()
      await thrown.throw(new Error('no'))
      flow.check('thrown')
      await thrown.next()
      flow.check('after')
      const queued = source()
      await Promise.all([queued.next(), queued.next(), queued.next()])
      flow.check('queued calls')
    },
  },
  {
    name: 'a generator of one flow, driven by several',
    run: async (flow) => {
      const pages = flow.shared(() => {
        const generator = (async function* () {
          for (let page = 0; ; page++) {
            await sleep(1)
            yield page
          }
        })()
        return generator
      })
      for (let turn = 0; turn < 3; turn++) {
        await pages.next()
        flow.check(`page ${turn}`)
      }
      await sleep(1)
      flow.check('after')
    },
  },
]
