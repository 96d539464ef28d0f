import { createElement, Suspense, startTransition, use, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { sleep } from '../flow.ts'
import { type See, startBeside } from './start-beside.ts'

async function load(see: See, where: string): Promise<string> {
  await sleep(2)
  see(where)
  return where
}

function App({ see }: { see: See }) {
  const [text, setText] = useState('')
  const [promise, setPromise] = useState<Promise<string>>()
  const onClick = async () => {
    see('handler')
    setText(await load(see, 'handler, after an await'))
    startTransition(async () => {
      const loading = load(see, 'transition')
      await loading
      see('transition, after an await')
      startTransition(() => setPromise(loading))
    })
  }
  return createElement(
    'div',
    null,
    createElement('button', { type: 'button', onClick }, 'React'),
    createElement('output', null, text),
    promise && createElement(Suspense, null, createElement(Loaded, { promise })),
  )
}

function Loaded({ promise }: { promise: Promise<string> }) {
  return createElement('b', null, `done: ${use(promise)}`)
}

startBeside((see, root) => createRoot(root).render(createElement(App, { see })))
