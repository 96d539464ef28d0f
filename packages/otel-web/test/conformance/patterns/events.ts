import { type Flow, NO_OWNER, type Pattern, sleep } from '../flow.ts'

const WORKER = 'onmessage = (event) => setTimeout(() => postMessage({ ...event.data, done: true }), 2)'

const once = (target: EventTarget, type: string): Promise<Event> =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }))

const box = (): HTMLElement => {
  const element = document.createElement('div')
  element.style.cssText = 'width:10px;height:10px'
  document.body.append(element)
  return element
}

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

let databases = 0
const openDatabase = (flow: Flow): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(`corpus-${Date.now()}-${databases++}`, 1)
    request.onupgradeneeded = () => {
      flow.check('upgrade')
      request.result.createObjectStore('rows')
    }
    request.onsuccess = () => {
      flow.check('open')
      resolve(request.result)
    }
    request.onerror = () => reject(request.error)
  })

const result = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

export const events: Pattern[] = [
  {
    name: 'an EventTarget as a bus: who dispatches owns it',
    run: async (flow) => {
      const { bus, owner } = flow.shared(() => ({ bus: new EventTarget(), owner: { name: '' } }))
      bus.addEventListener('news', () => flow.check('listener', owner.name), { once: true })
      await sleep(4)
      owner.name = flow.name
      bus.dispatchEvent(new Event('news'))
      flow.check('after')
    },
  },
  {
    name: 'waiting for one event of an own target',
    run: async (flow) => {
      const target = new EventTarget()
      setTimeout(() => target.dispatchEvent(new CustomEvent('ready')), 3)
      await once(target, 'ready')
      flow.check('after')
    },
  },
  {
    name: 'a synthetic DOM event',
    run: async (flow) => {
      const element = box()
      element.addEventListener('custom', () => flow.check('listener'))
      await sleep(1)
      element.dispatchEvent(new CustomEvent('custom', { bubbles: true }))
      element.remove()
      flow.check('after')
    },
  },
  {
    name: 'MessageChannel as a way to yield',
    run: async (flow) => {
      for (let turn = 0; turn < 3; turn++) {
        await new Promise<void>((resolve) => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => {
            port1.close()
            resolve()
          }
          port2.postMessage(null)
        })
        flow.check(`turn ${turn}`)
      }
    },
  },
  {
    name: 'the handler of an own MessageChannel',
    run: async (flow) => {
      const { port1, port2 } = new MessageChannel()
      await new Promise<void>((resolve) => {
        port1.addEventListener('message', (event) => {
          flow.check('handler')
          if (event.data === 2) resolve()
        })
        port1.start()
        port2.postMessage(1)
        setTimeout(() => port2.postMessage(2), 2)
      })
      port1.close()
      flow.check('after')
    },
  },
  {
    name: 'a worker of the flow',
    run: async (flow) => {
      const worker = new Worker(URL.createObjectURL(new Blob([WORKER])))
      await new Promise<void>((resolve) => {
        worker.onmessage = () => {
          flow.check('message')
          resolve()
        }
        worker.postMessage({})
      })
      flow.check('after')
      worker.terminate()
    },
  },
  {
    name: 'a worker shared by request and answer',
    run: async (flow) => {
      const rpc = flow.shared(() => {
        const worker = new Worker(URL.createObjectURL(new Blob([WORKER])))
        const pending = new Map<string, () => void>()
        worker.addEventListener('message', (event) => pending.get(event.data.id)?.())
        return {
          call: (id: string) =>
            new Promise<void>((resolve) => {
              pending.set(id, resolve)
              worker.postMessage({ id })
            }),
        }
      })
      await rpc.call(`${flow.name} 1`)
      flow.check('first answer')
      await rpc.call(`${flow.name} 2`)
      flow.check('second answer')
    },
  },
  {
    name: 'a BroadcastChannel has no context',
    run: async (flow) => {
      const name = `corpus ${flow.name}`
      const listening = new BroadcastChannel(name)
      await new Promise<void>((resolve) => {
        listening.onmessage = () => {
          flow.check('message', NO_OWNER)
          resolve()
        }
        new BroadcastChannel(name).postMessage(1)
      })
      listening.close()
      flow.check('after')
    },
  },
  {
    name: 'window.postMessage',
    run: async (flow) => {
      await new Promise<void>((resolve) => {
        const listener = (event: MessageEvent) => {
          if (event.data !== flow.name) return
          removeEventListener('message', listener)
          resolve()
        }
        addEventListener('message', listener)
        postMessage(flow.name)
      })
      flow.check('after')
    },
  },
  {
    name: 'FileReader',
    run: async (flow) => {
      await new Promise<void>((resolve) => {
        const reader = new FileReader()
        reader.onload = () => flow.check('load')
        reader.addEventListener('loadend', () => {
          flow.check('loadend')
          resolve()
        })
        reader.readAsText(new Blob(['text']))
      })
      flow.check('after')
    },
  },
  {
    name: 'an image loads',
    run: async (flow) => {
      await new Promise<void>((resolve) => {
        const image = new Image()
        image.onload = () => {
          flow.check('load')
          resolve()
        }
        image.src = `/pixel.gif?${flow.name}`
      })
      flow.check('after')
      const decoded = new Image()
      decoded.src = PIXEL
      await decoded.decode()
      flow.check('decode')
    },
  },
  {
    name: 'a script element loads, another fails',
    run: async (flow) => {
      const load = (src: string) =>
        new Promise<void>((resolve, reject) => {
          const script = document.createElement('script')
          script.addEventListener('load', () => {
            flow.check('load')
            resolve()
          })
          script.addEventListener('error', () => {
            flow.check('error')
            reject(new Error(src))
          })
          script.src = src
          document.head.append(script)
        })
      await load(`/empty.js?${flow.name}`)
      flow.check('after')
      await load('/missing.js').catch(() => flow.check('catch'))
    },
  },
  {
    name: 'IndexedDB with promises',
    run: async (flow) => {
      const database = await openDatabase(flow)
      flow.check('opened')
      const store = database.transaction('rows', 'readwrite').objectStore('rows')
      await result(store.put('value', 'key'))
      flow.check('put')
      await result(store.get('key'))
      flow.check('get, same transaction')
      database.close()
    },
  },
  {
    name: 'IndexedDB with events and a cursor',
    run: async (flow) => {
      const database = await openDatabase(flow)
      await new Promise<void>((resolve) => {
        const transaction = database.transaction('rows', 'readwrite')
        const store = transaction.objectStore('rows')
        for (let key = 0; key < 3; key++) store.put(key, key)
        store.openCursor().onsuccess = (event) => {
          flow.check('cursor')
          ;(event.target as IDBRequest<IDBCursor | null>).result?.continue()
        }
        transaction.addEventListener('complete', () => {
          flow.check('complete')
          resolve()
        })
      })
      flow.check('after')
      database.close()
    },
  },
  {
    name: 'MutationObserver',
    run: async (flow) => {
      const element = box()
      await new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          flow.check('callback')
          observer.disconnect()
          resolve()
        })
        observer.observe(element, { attributes: true })
        element.title = 'changed'
      })
      element.remove()
      flow.check('after')
    },
  },
  {
    name: 'waiting for an element that another part of the flow adds',
    run: async (flow) => {
      const element = box()
      setTimeout(() => element.append(document.createElement('b')), 3)
      await new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          observer.disconnect()
          resolve()
        })
        observer.observe(element, { childList: true })
      })
      element.remove()
      flow.check('after')
    },
  },
  {
    name: 'IntersectionObserver and ResizeObserver',
    run: async (flow) => {
      const element = box()
      await new Promise<void>((resolve) => {
        const observer = new IntersectionObserver(() => {
          flow.check('intersection')
          observer.disconnect()
          resolve()
        })
        observer.observe(element)
      })
      flow.check('after the first')
      await new Promise<void>((resolve) => {
        const observer = new ResizeObserver(() => {
          flow.check('size')
          observer.disconnect()
          resolve()
        })
        observer.observe(element)
      })
      element.remove()
      flow.check('after')
    },
  },
  {
    name: 'PerformanceObserver',
    run: async (flow) => {
      await new Promise<void>((resolve) => {
        const observer = new PerformanceObserver(() => {
          flow.check('callback')
          observer.disconnect()
          resolve()
        })
        observer.observe({ entryTypes: ['mark'] })
        performance.mark(flow.name)
      })
      flow.check('after')
    },
  },
  {
    name: 'removeEventListener and once keep their meaning',
    run: async (flow) => {
      const target = new EventTarget()
      const removed = () => flow.check('removed', 'never')
      target.addEventListener('go', removed)
      target.addEventListener('go', removed)
      target.removeEventListener('go', removed)
      let calls = 0
      target.addEventListener('go', () => void calls++, { once: true })
      target.dispatchEvent(new Event('go'))
      target.dispatchEvent(new Event('go'))
      if (calls !== 1) throw new Error(`once ran ${calls} times`)
      const reader = new FileReader()
      const handler = () => flow.check('removed handler', 'never')
      reader.addEventListener('load', handler)
      reader.removeEventListener('load', handler)
      reader.onload = handler
      if (reader.onload !== handler) throw new Error('onload is not what was set')
      reader.onload = null
      reader.readAsText(new Blob(['']))
      await once(reader, 'loadend')
      flow.check('after')
    },
  },
]
