// The code of the page: ordinary handlers with async code. The query of each request names the action that caused it.

const clicks: Record<string, number> = {}
const done: string[] = []
const rounds = { a: 0, b: 0, leave: 0, ask: 0, many: 0 }
const many = { count: 0, parallel: 1 }
let polling = false

let manyDone = (): void => {}

window.bench = { clicks, done, many, ask, startPolling, stopPolling, untilMany }

on('buy-a', (event) => buy(begin('a', event)))
on('buy-b', (event) => buy(begin('b', event)))
on('ask', (event) => ask(begin('ask', event)))
on('many', (event) => fetchMany(begin('many', event)))
on('nothing', () => {
  document.title = document.title === 'bench' ? 'bench.' : 'bench'
})
on('leave', async (event) => {
  await ask(begin('leave', event))
  location.href = '/'
})

function on(id: string, handler: (event: Event) => void): void {
  document.getElementById(id)?.addEventListener('click', handler)
}

function begin(kind: keyof typeof rounds, event: Event): string {
  const action = `${kind}${rounds[kind]++}`
  clicks[action] = performance.timeOrigin + event.timeStamp
  return action
}

async function ask(action: string, delayMillis = 0): Promise<void> {
  const response = await fetch(`/api/ask?action=${action}&delay=${delayMillis}`)
  await response.json()
}

/** 22 requests, in sequence and in parallel, after the kinds of awaits of front-end code. */
async function buy(action: string): Promise<void> {
  await ask(action, 80)
  await Promise.all([ask(action, 40), ask(action, 90), ask(action, 60)])
  await sleep(30)
  await ask(action, 50)
  await nested(action)
  await Promise.race([ask(action, 30), ask(action, 70)])
  await Promise.allSettled([ask(action, 20), ask(action, 50)])
  await xhr(action)
  await ask(action, 30)
  await new Promise<void>((resolve) => setTimeout(() => ask(action, 20).then(resolve), 25))
  await new Promise<void>((resolve) => requestAnimationFrame(() => ask(action, 20).then(resolve)))
  await new Promise<void>((resolve) => queueMicrotask(() => ask(action, 20).then(resolve)))
  for await (const _page of pages(action)) await ask(action, 15)
  await retry(() => ask(action, 25))
  await fetch(`/api/ask?action=${action}`)
    .then((response) => response.text())
    .then(() => ask(action, 10))
  done.push(action)
}

async function nested(action: string): Promise<void> {
  await deeper(action)
  await ask(action, 40)
}

async function deeper(action: string): Promise<void> {
  await null
  await ask(action, 40)
}

async function* pages(action: string): AsyncGenerator<number> {
  for (let page = 0; page < 2; page++) {
    await ask(action, 15)
    yield page
  }
}

async function retry(attempt: () => Promise<void>): Promise<void> {
  await attempt()
  await sleep(20)
  await attempt()
}

function xhr(action: string): Promise<void> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('GET', `/api/xhr?action=${action}&delay=40`)
    request.addEventListener('load', () => resolve())
    request.send()
  })
}

/** Requests that no click caused: a poll by an interval, one by a time-out, and one that repeats after each response. */
function startPolling(): void {
  polling = true
  const timer = setInterval(() => {
    if (polling) ask('poll', 30)
    else clearInterval(timer)
  }, 120)
  const again = async (): Promise<void> => {
    await ask('poll', 20)
    if (polling) setTimeout(again, 90)
  }
  again()
  longPoll()
}

async function longPoll(): Promise<void> {
  while (polling) {
    await ask('poll', 100)
    await sleep(10)
  }
}

function stopPolling(): void {
  polling = false
}

async function fetchMany(action: string): Promise<void> {
  let left = many.count
  const worker = async (): Promise<void> => {
    while (left-- > 0) await ask(action)
  }
  await Promise.all(Array.from({ length: many.parallel }, worker))
  manyDone()
}

function untilMany(): Promise<void> {
  return new Promise((resolve) => {
    manyDone = resolve
  })
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}
