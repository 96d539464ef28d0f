import { expect, isNamed, startedWith, test, waitForSdk, waitForSpan } from './fixtures.ts'

const BUTTON = `<button onclick="fetch('/api/buy')">Buy</button>`

const WARNINGS: readonly (readonly [attributes: string, warning: string])[] = [
  ['data-sample-ratio="much"', 'samplerArg (data-sample-ratio): "much" is not a number from 0 to 1'],
  ['data-sample-ratio="1.5"', 'samplerArg (data-sample-ratio): "1.5" is not a number from 0 to 1'],
  [
    'data-endpoint="htp://collector"',
    'endpoint (data-endpoint): "htp://collector" is not an http:// or https:// address',
  ],
  [
    'data-endpoint="localhost:4318"',
    'endpoint (data-endpoint): "localhost:4318" is not an http:// or https:// address',
  ],
  [
    'data-propagate-to="https://a.example,api.example.com"',
    'propagateTo (data-propagate-to): "api.example.com" is not an origin such as https://api.example.com',
  ],
  [
    'data-propagate-to="https://a.example/"',
    'propagateTo (data-propagate-to): "https://a.example/" is not an origin such as https://api.example.com',
  ],
]

for (const [attributes, warning] of WARNINGS) {
  test(`${attributes} is named in one warning`, async ({ page, visit, serve, noise }) => {
    await visit(serve('/', BUTTON, { attributes }))
    await expect.poll(() => noise).toContainEqual(`throughline: ${warning}`)
    await page.click('button')
    expect(noise.filter((line) => line.startsWith('throughline:'))).toHaveLength(1)
  })
}

test('options of an app are checked like attributes', async ({ page, serve, noise }) => {
  const script = await startedWith({ sampler: 'sometimes', samplerArg: '0.5', serviceName: '' })
  await page.goto(serve('/', '', { script }))
  await expect
    .poll(() => noise)
    .toEqual([
      'throughline: serviceName (data-service-name): "" is not a name',
      'throughline: sampler: "sometimes" is not a sampler of OTEL_TRACES_SAMPLER',
    ])
})

test('valid settings cause no warning', async ({ page, serve, server, noise }) => {
  const attributes =
    'data-sample-ratio="1e0" data-endpoint="/v1/traces" data-propagate-to="https://a.example,http://b.example:81"'
  await page.goto(serve('/', BUTTON, { attributes }))
  await waitForSdk(page)
  await page.click('button')
  await waitForSpan(server, isNamed('click Buy'))
  expect(noise).toEqual([])
})

test('debug mode names attributes of the script tag that have no effect', async ({ page, serve }) => {
  const notice = page.waitForEvent('console', (message) => message.text().includes('without effect'))
  const attributes =
    'data-debug data-wrong-ratio="0.1" data-environment="test" async data-turbo-track="reload"'
  await page.goto(serve('/', BUTTON, { attributes }))
  expect((await notice).text()).toBe(
    '[throughline] attributes without effect: data-wrong-ratio, data-turbo-track',
  )
})

const OFF: readonly (readonly [tag: string, reason: string])[] = [
  ['<script src="/throughline.js"></script>', 'no data-service-name'],
  [
    '<script src="/throughline.js" data-service-name="a" data-no-propagate="("></script>',
    'Invalid regular expression: /(/',
  ],
  [
    '<script src="/throughline.js" data-service-name="a" data-endpoint="http://"></script>',
    "Failed to construct 'URL'",
  ],
]

for (const [script, reason] of OFF) {
  test(`${script} warns why tracing is off, and the page works`, async ({ page, serve, noise }) => {
    await page.goto(serve('/', '', { script }))
    await expect.poll(() => noise.join()).toContain(reason)
    expect(noise).toHaveLength(1)
    expect(await page.evaluate(() => fetch('/api/x').then((answer) => answer.ok))).toBe(true)
  })
}

for (const value of ['', 'required', 'true']) {
  test(`data-consent="${value}" requires consent`, async ({ page, visit, serve, server }) => {
    await visit(serve('/', BUTTON, { attributes: `data-consent="${value}"` }))
    await page.click('button')
    await page.evaluate(() => window.throughline?.flush())
    expect(server.exports).toEqual([])
    await page.evaluate(() => window.throughline?.setConsent(true))
    await page.click('button')
    await waitForSpan(server, isNamed('click Buy'))
  })
}
