import { connectionCases } from './connection-cases.ts'
import { eventCases } from './event-cases.ts'
import { fetchCases } from './fetch-cases.ts'
import { type Case, type Cases, type Kit, show } from './kit.ts'
import { platformCases } from './platform-cases.ts'
import { schedulingCases } from './scheduling-cases.ts'
import { streamCases } from './stream-cases.ts'
import { xhrCases } from './xhr-cases.ts'

const TABLES: Readonly<Record<string, Cases>> = {
  platform: platformCases,
  fetch: fetchCases,
  stream: streamCases,
  xhr: xhrCases,
  scheduling: schedulingCases,
  event: eventCases,
  connection: connectionCases,
}
/** Every case settles. A busy machine takes seconds for some of them. */
const LIMIT_MILLIS = 30_000

type Results = Record<string, unknown>

declare global {
  interface Window {
    runTwins(foreignOrigin: string, within: boolean, titles: string, only: string): Promise<Results>
  }
}

const timer = window.setTimeout.bind(window)
const wait = (millis: number) => new Promise<void>((resolve) => timer(resolve, millis))

window.runTwins = async (foreignOrigin, within, titles, only) => {
  const isChosen = new RegExp(titles)
  const results: Results = {}
  for (const [table, cases] of Object.entries(TABLES)) {
    for (const [name, run] of Object.entries(cases)) {
      const full = `${table}: ${name}`
      if (!full.includes(only) || !isChosen.test(full)) continue
      const start = performance.now()
      results[full] = await result(full, run, foreignOrigin, within)
      const took = performance.now() - start
      if (took > 1000) console.log(full, took)
    }
  }
  return results
}

async function result(name: string, run: Case, foreignOrigin: string, within: boolean): Promise<unknown> {
  const path = `/api/${name.replaceAll(/[^\w]+/g, '-')}`
  const log: unknown[] = []
  const note = (entry: unknown) => void log.push(show(entry))
  const kit: Kit = {
    url: (query = '') => path + (query && `?${query}`),
    foreign: (query = '') => foreignOrigin + path + (query && `?${query}`),
    log: note,
    wait,
    settle: (label, promise) =>
      promise.then(
        (value) => note(`${label} fulfilled ${JSON.stringify(show(value))}`),
        (error) => note(`${label} rejected ${JSON.stringify(show(error))}`),
      ),
  }
  const onError = (event: ErrorEvent) => {
    note(`uncaught ${show(event.error)}`)
    event.preventDefault()
  }
  const onRejection = (event: PromiseRejectionEvent) => {
    note(`unhandled ${show(event.reason)}`)
    event.preventDefault()
  }
  window.addEventListener('error', onError)
  window.addEventListener('unhandledrejection', onRejection)
  const call =
    within && window.throughline ? () => window.throughline?.action(name, () => run(kit)) : () => run(kit)
  let value: unknown
  try {
    const settled = Promise.resolve(call())
    value = show(await Promise.race([settled, wait(LIMIT_MILLIS).then(() => 'never settled')]))
  } catch (error) {
    value = `threw ${show(error)}`
  }
  // An unhandled rejection is reported in a task of its own.
  await wait(0)
  window.removeEventListener('error', onError)
  window.removeEventListener('unhandledrejection', onRejection)
  return { value, log }
}
