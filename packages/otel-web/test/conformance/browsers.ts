import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from '@throughline/otel-testing/node'

/**
 * A step on a page: an expression (a promise of a string) is evaluated, an element is clicked as by a user, or the page
 * stays open until a promise of the test resolves.
 */
type PageStep =
  | { readonly evaluate: string }
  | { readonly click: string }
  | { readonly until: () => Promise<unknown> }

/** A page of a browser other than Playwright's. */
export interface RemotePage {
  /** Opens a URL, runs the steps, and returns the result of the last expression. */
  visit(url: string, steps: readonly PageStep[]): Promise<string>
  /** Opens a URL and evaluates a promise of a string. */
  evaluate(url: string, expression: string): Promise<string>
  close(): Promise<void>
}

/** Debian's Firefox, controlled by its WebDriver BiDi server. `undefined` if it is not installed. */
export async function openFirefox(): Promise<RemotePage | undefined> {
  const binary = onPath('firefox-esr') ?? onPath('firefox')
  if (binary === undefined) return undefined
  const profile = mkdtempSync(join(tmpdir(), 'throughline-firefox-'))
  const browser = spawn(binary, [
    '--headless',
    '--no-remote',
    '--remote-debugging-port=0',
    '--profile',
    profile,
  ])
  const address = await outputMatching(browser, /WebDriver BiDi listening on (ws:\S+)/)
  const socket = new WebSocket(`${address}/session`)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error('Firefox refuses WebDriver BiDi'))
  })
  let last = 0
  const send = (method: string, params: object): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const id = ++last
      const listen = ({ data }: MessageEvent) => {
        const answer = JSON.parse(String(data)) as {
          id?: number
          result?: Record<string, unknown>
          message?: string
        }
        if (answer.id !== id) return
        socket.removeEventListener('message', listen)
        if (answer.result === undefined) reject(new Error(`${method}: ${answer.message}`))
        else resolve(answer.result)
      }
      socket.addEventListener('message', listen)
      socket.send(JSON.stringify({ id, method, params }))
    })
  await send('session.new', { capabilities: {} })
  const evaluate = async (context: unknown, expression: string) => {
    const evaluation = { expression, target: { context }, awaitPromise: true }
    const { result, exceptionDetails } = await send('script.evaluate', evaluation)
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return result as { readonly value: string; readonly sharedId?: string }
  }
  const click = async (context: unknown, selector: string) => {
    const { sharedId } = await evaluate(context, `document.querySelector(${JSON.stringify(selector)})`)
    const move = { type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element: { sharedId } } }
    const press = { type: 'pointerDown', button: 0 }
    const actions = [
      { type: 'pointer', id: 'mouse', actions: [move, press, { type: 'pointerUp', button: 0 }] },
    ]
    await send('input.performActions', { context, actions })
  }
  const visit: RemotePage['visit'] = async (url, steps) => {
    const { context } = await send('browsingContext.create', { type: 'tab' })
    await send('browsingContext.navigate', { context, url, wait: 'complete' })
    let last = ''
    for (const step of steps) {
      if ('click' in step) await click(context, step.click)
      else if ('until' in step) await step.until()
      else last = (await evaluate(context, step.evaluate)).value
    }
    await send('browsingContext.close', { context })
    return last
  }
  return {
    visit,
    evaluate: (url, expression) => visit(url, [{ evaluate: expression }]),
    async close() {
      socket.close()
      await ended(browser)
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

/** Debian's WebKitGTK with a virtual display, controlled by WebDriver. `undefined` if it is not installed. */
export async function openWebKit(): Promise<RemotePage | undefined> {
  const [driverBinary, xvfb, browserBinary] = [onPath('WebKitWebDriver'), onPath('Xvfb'), miniBrowser()]
  if (driverBinary === undefined || xvfb === undefined || browserBinary === undefined) return undefined
  const display = spawn(xvfb, ['-displayfd', '3', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await new Promise<string>((resolve) => {
    display.stdio[3]?.once('data', (data) => resolve(String(data).trim()))
  })
  const port = await freePort()
  const env = { ...process.env, DISPLAY: `:${number}`, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' }
  const driver = spawn(driverBinary, [`--port=${port}`], { env, stdio: 'ignore' })
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const payload = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...payload })
    const { value } = (await response.json()) as { value: unknown }
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(value)}`)
    return value
  }
  await answering(`http://127.0.0.1:${port}/status`)
  const options = { binary: browserBinary, args: ['--automation'] }
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } }
  const { sessionId } = (await send('POST', '/session', { capabilities })) as { sessionId: string }
  const session = `/session/${sessionId}`
  await send('POST', `${session}/timeouts`, { script: 600_000 })
  const click = async (selector: string) => {
    const found = await send('POST', `${session}/element`, { using: 'css selector', value: selector })
    await send('POST', `${session}/element/${Object.values(found as object)[0]}/click`, {})
  }
  const execute = async (expression: string) => {
    const script = `const done = arguments[0]; (${expression}).then(done, (error) => done('failed: ' + error))`
    return String(await send('POST', `${session}/execute/async`, { script, args: [] }))
  }
  const visit: RemotePage['visit'] = async (url, steps) => {
    await send('POST', `${session}/url`, { url })
    let last = ''
    for (const step of steps) {
      if ('click' in step) await click(step.click)
      else if ('until' in step) await step.until()
      else last = await execute(step.evaluate)
    }
    return last
  }
  return {
    visit,
    evaluate: (url, expression) => visit(url, [{ evaluate: expression }]),
    async close() {
      await send('DELETE', session).catch(() => {})
      await ended(driver)
      await ended(display)
    },
  }
}

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find(exists)
}

/** Debian keeps WebKitGTK's test browser among its libraries. */
function miniBrowser(): string | undefined {
  const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  return libraries
    .flatMap((folder) =>
      ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0'].map((api) => join(folder, api)),
    )
    .map((folder) => join(folder, 'MiniBrowser'))
    .find((path) => existsSync(path))
}

function exists(path: string): boolean {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}

function outputMatching(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stderr?.on('data', (data) => {
      output += data
      const found = pattern.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`The browser ended:\n${output}`)))
  })
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url} does not answer`)
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill()
  })
}
