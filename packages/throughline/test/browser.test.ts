import { chromiumLaunchOptions } from '@throughline/otel-testing/playwright'
import { describe, expect, test } from 'vitest'
import { BROWSER_FAULTS, siteWithSdk, withButton } from './browser-faults.ts'
import { diagnose, healthy, page, run, startSite } from './site.ts'

const { executablePath } = chromiumLaunchOptions()
const BROWSER = ['--browser', ...(executablePath === undefined ? [] : [`--chromium=${executablePath}`])]

describe('a page with one fault gives its finding and no other in the browser', () => {
  test.each(BROWSER_FAULTS)(
    '$name: $finds',
    async ({ finds, severity = 'error', sees, routes, clicks = [] }) => {
      const { url } = await startSite(routes)
      const steps = clicks.map((selector) => `--click=${selector}`)
      // The time-out of a click that is not possible, and of a request that does not end.
      const findings = await diagnose(url, ...BROWSER, '--timeout=10', ...steps)
      expect(findings.map(({ id, severity }) => ({ id, severity }))).toEqual([{ id: finds, severity }])
      expect(findings[0]?.seen).toMatch(sees)
      expect(findings[0]?.fix).toMatch(/\S/)
    },
  )
})

describe('a healthy page gives no finding in the browser', () => {
  test.each([
    ['without requests', '', []],
    ['that requests data when it is loaded', "fetch('/api')", []],
    [
      'whose click requests data after awaits and timers',
      withButton(`
        await fetch('/api')
        await new Promise((resolve) => setTimeout(resolve, 20))
        await fetch('/api')`),
      ['--click=text=Buy', '--click=text=Buy'],
    ],
    [
      'whose click loads another page',
      "if (location.hash === '') { const link = document.body.appendChild(document.createElement('a')); link.href = '/?next#next'; link.textContent = 'Next' } else fetch('/api')",
      ['--click=text=Next'],
    ],
    [
      'that requests data whenever it becomes visible',
      "addEventListener('visibilitychange', () => fetch('/api'), true)",
      [],
    ],
  ])('%s', async (_, app, clicks) => {
    const { url } = await startSite(siteWithSdk(app))
    expect(await diagnose(url, ...BROWSER, ...clicks)).toEqual([])
  })

  test('whose user info the browser sends as well', async () => {
    const credentials = `Basic ${Buffer.from('user:p ss').toString('base64')}`
    const routes = siteWithSdk('')
    const pageOf = page()
    const { url } = await startSite({
      ...routes,
      'GET /': (request) =>
        request.headers.authorization === credentials
          ? pageOf(request)
          : { status: 401, headers: { 'www-authenticate': 'Basic' } },
    })
    expect(await diagnose(url.replace('//', '//user:p%20ss@'), ...BROWSER)).toEqual([])
  })
})

test('options of the browser need --browser', async () => {
  const { status, stderr } = await run('doctor', 'http://localhost/', '--click=#buy')
  expect(status).toBe(2)
  expect(stderr).toContain('--click and --chromium need --browser')
})

test('a browser that does not start ends the command with the reason', async () => {
  const { url } = await startSite(healthy())
  const { status, stderr } = await run('doctor', url, '--browser', '--chromium=/missing/chromium')
  expect(status).toBe(2)
  expect(stderr).toContain('The browser cannot be used: Chromium does not start: ')
})
