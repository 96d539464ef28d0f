import { type Pattern, sleep } from '../flow.ts'

export const platform: Pattern[] = [
  {
    name: 'dynamic import',
    run: async (flow) => {
      const address = `/module.js?${flow.name}`
      await import(/* @vite-ignore */ address)
      flow.check('after')
    },
  },
  {
    name: 'crypto.subtle',
    run: async (flow) => {
      const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt'])
      flow.check('key')
      await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, new Uint8Array(32))
      flow.check('encrypt')
      await crypto.subtle.digest('SHA-256', new Uint8Array(1000))
      flow.check('digest')
    },
  },
  {
    name: 'compression streams',
    run: async (flow) => {
      const gzip = new Blob(['text'.repeat(1000)]).stream().pipeThrough(new CompressionStream('gzip'))
      await new Response(gzip).arrayBuffer()
      flow.check('after')
    },
  },
  {
    name: 'navigator.locks',
    run: async (flow) => {
      await navigator.locks.request(`corpus ${flow.name}`, async () => {
        flow.check('held')
        await sleep(1)
        flow.check('held, later')
      })
      flow.check('after')
    },
  },
  {
    name: 'one navigator.lock for all',
    run: async (flow) => {
      await navigator.locks.request('corpus', { mode: 'exclusive' }, async () => {
        flow.check('held')
        await sleep(1)
        flow.check('held, later')
      })
      flow.check('after')
    },
  },
  {
    name: 'createImageBitmap and toBlob',
    run: async (flow) => {
      const canvas = document.createElement('canvas')
      canvas.getContext('2d')?.fillRect(0, 0, 5, 5)
      await createImageBitmap(canvas)
      flow.check('bitmap')
      await new Promise<void>((resolve) => canvas.toBlob(() => resolve()))
      flow.check('blob')
    },
  },
  {
    name: 'custom elements, fonts, animations',
    run: async (flow) => {
      const name = `corpus-${flow.name.replace(/\W/g, '-').toLowerCase()}`
      setTimeout(() => customElements.define(name, class extends HTMLElement {}), 2)
      await customElements.whenDefined(name)
      flow.check('defined')
      await document.fonts.ready
      flow.check('fonts')
      const element = document.createElement('i')
      document.body.append(element)
      await element.animate([{ opacity: 0 }, { opacity: 1 }], 5).finished
      element.remove()
      flow.check('animated')
    },
  },
  {
    name: 'WebAssembly',
    run: async (flow) => {
      await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
      flow.check('compiled')
    },
  },
  {
    name: 'storage estimates and permissions',
    run: async (flow) => {
      await navigator.storage?.estimate?.()
      flow.check('estimate')
      await indexedDB.databases()
      flow.check('databases')
    },
  },
  {
    name: 'a stream made by the page',
    run: async (flow) => {
      const stream = new ReadableStream<number>({
        async start(controller) {
          for (let chunk = 0; chunk < 3; chunk++) {
            await sleep(1)
            flow.check('source')
            controller.enqueue(chunk)
          }
          controller.close()
        },
      })
      const reader = stream.getReader()
      while (!(await reader.read()).done) flow.check('chunk')
      flow.check('after')
    },
  },
]
