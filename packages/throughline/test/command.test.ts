import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { freePort } from '@throughline/otel-testing/node'
import { describe, expect, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { healthy, PATIENT, page, run, startSite } from './site.ts'

const BIN = join(import.meta.dirname, '../src/bin.ts')

describe('the exit code', () => {
  test('is 0 without errors, and the report says so', async () => {
    const { url } = await startSite(healthy())
    const { status, stdout, stderr } = await run('doctor', url, PATIENT)
    expect([status, stdout]).toEqual([0, `${url}: no fault found`])
    expect(stderr).toContain(`checking page ${url}`)
  })

  test('is 0 with warnings', async () => {
    const { url } = await startSite(healthy({ 'GET /': page({ serverTiming: () => undefined }) }))
    const { status, stdout } = await run('doctor', url, PATIENT)
    expect([status, stdout.split('\n').at(-1)]).toEqual([0, `${url}: 1 warning`])
  })

  test('is 1 with errors, and each finding has the value, the fix and the page', async () => {
    const { url } = await startSite(healthy({ 'GET /': page({ head: '' }) }))
    const { status, stdout } = await run('doctor', url, PATIENT)
    expect(status).toBe(1)
    expect(stdout).toMatch(
      /^✗ The page has no script tag of the SDK\n {2}seen {2}.+\n {2}fix {3}.+\n {2}docs\/doctor\/page-no-snippet\.md\n\n.*: 1 error$/,
    )
  })

  test.each([
    [['doctor'], /the URL of the page is missing/],
    [['doctor', 'ftp://a.example'], /URL is not an address that begins with http/],
    [['doctor', 'http://a.example', 'http://b.example'], /one URL is checked at a time/],
    [['doctor', 'http://a.example', '--timeout=never'], /--timeout=never is not a number of seconds/],
    [['doctor', 'http://a.example', '--verbose'], /--verbose/],
    [['doctor', 'http://a.example', '--json', '--sarif'], /exclude each other/],
    [['doctor', 'http://a.example', '--expect=shop'], /--expect needs --backend/],
    [['diagnose'], /diagnose is not a command/],
  ])('is 2 for %j', async (args, message) => {
    const { status, stderr, stdout } = await run(...args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  test.each([[['--help']], [['doctor', '--help']], [['--version']]])('is 0 for %j', async (args) => {
    const { status, stdout } = await run(...args)
    expect(status).toBe(0)
    expect(stdout).toMatch(/\S/)
  })
})

describe('a page that cannot be reached gives exit code 2 and its cause', () => {
  test('a refused connection', async () => {
    const { status, stderr } = await run('doctor', `http://127.0.0.1:${await freePort()}/`)
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/refuses connections: no server listens there/),
    ])
  })

  // A label of a name has at most 63 characters, so no server is asked.
  test('a name that does not resolve', async () => {
    const { status, stderr } = await run('doctor', `http://${'a'.repeat(64)}.invalid/`)
    expect([status, stderr]).toEqual([2, expect.stringMatching(/the name a+\.invalid does not resolve/)])
  })

  test('a server without TLS', async () => {
    const { url } = await startSite(healthy())
    const { status, stderr } = await run('doctor', url.replace('http:', 'https:'))
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/the TLS connection to 127\.0\.0\.1:\d+ failed/),
    ])
  })

  test('a server that does not answer', async () => {
    const { url } = await startSite({ 'GET /': () => 'hang' })
    const { status, stderr } = await run('doctor', url, '--timeout=0.1')
    expect([status, stderr]).toEqual([2, expect.stringMatching(/did not answer within 0\.1 s/)])
  })

  test('a body that does not end', async () => {
    const { url } = await startSite({ 'GET /': { body: '<html>', isOpen: true } })
    const { status, stderr } = await run('doctor', url, '--timeout=0.1')
    expect([status, stderr]).toEqual([2, expect.stringMatching(/did not answer within 0\.1 s/)])
  })

  test('a body that ends too early', async () => {
    const { url } = await startSite({ 'GET /': { headers: { 'content-length': '9' }, body: '<html>' } })
    const { status, stderr } = await run('doctor', url, PATIENT)
    expect([status, stderr]).toEqual([2, expect.stringMatching(/closed the connection/)])
  })

  test('a redirect to itself', async () => {
    const { url } = await startSite({ 'GET /': { status: 302, headers: { location: '/' } } })
    const { status, stderr } = await run('doctor', url, PATIENT)
    expect([status, stderr]).toEqual([2, expect.stringMatching(/redirects more than 5 times/)])
  })
})

test('user info is sent as Authorization to the origin of the page, and is not printed', async () => {
  const other = await startSite(healthy())
  const { url, requests } = await startSite(
    healthy({
      'GET /': page({
        head: `<script src="/throughline.js" data-service-name=a data-sdk="${other.url}throughline-sdk.js"></script>`,
      }),
    }),
  )
  const { stdout, stderr } = await run(
    'doctor',
    url.replace('//', '//ann:s%65cret-word@'),
    '--request=/?token=hidden-word',
    PATIENT,
  )
  const sent = `Basic ${Buffer.from('ann:secret-word').toString('base64')}`
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(requests.map(() => sent))
  expect(other.requests.map(({ headers }) => headers.authorization)).toEqual(
    other.requests.map(() => undefined),
  )
  expect(other.requests.length).toBeGreaterThan(0)
  expect(`${stdout}${stderr}`).not.toMatch(/ann|cret-word|hidden-word/)
})

describe('colours', () => {
  const coloured = async (isTerminal: boolean, env: Record<string, string>) => {
    const { url } = await startSite(healthy({ 'GET /': page({ head: '' }) }))
    const output: string[] = []
    await main(['doctor', url, PATIENT], {
      print: (text) => output.push(text),
      printError: () => {},
      isTerminal,
      env,
    })
    return output.join('').includes('\u001b[')
  }

  test('are printed on a terminal, unless NO_COLOR is set', async () => {
    expect(await coloured(true, {})).toBe(true)
    expect(await coloured(true, { NO_COLOR: '1' })).toBe(false)
    expect(await coloured(false, {})).toBe(false)
  })

  test('FORCE_COLOR decides, if it is set', async () => {
    expect(await coloured(false, { FORCE_COLOR: '1' })).toBe(true)
    expect(await coloured(true, { FORCE_COLOR: '0' })).toBe(false)
  })
})

test('a SARIF report has a rule and a result for each finding', async () => {
  const { url } = await startSite(healthy({ 'GET /': page({ head: '', serverTiming: () => undefined }) }))
  const { status, stdout } = await run('doctor', url, PATIENT, '--sarif')
  const log = JSON.parse(stdout) as { readonly runs: readonly Record<string, unknown>[] }
  expect(status).toBe(1)
  expect(log).toMatchObject({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'throughline doctor' } } }],
  })
  expect(log.runs[0]).toMatchObject({
    tool: {
      driver: {
        rules: [
          { id: 'page-no-snippet', defaultConfiguration: { level: 'error' } },
          { id: 'edge-no-traceparent', defaultConfiguration: { level: 'warning' } },
        ],
      },
    },
    results: [
      { ruleId: 'page-no-snippet', ruleIndex: 0, level: 'error' },
      {
        ruleId: 'edge-no-traceparent',
        ruleIndex: 1,
        level: 'warning',
        locations: [{ physicalLocation: { artifactLocation: { uri: url } } }],
      },
    ],
  })
})

test('a site where only the page answers ends the run, with a finding for each request', async () => {
  let isFirst = true
  const { url } = await startSite({
    'GET /': (request) => {
      const answer = isFirst ? page({ head: '' })(request) : 'hang'
      isFirst = false
      return answer
    },
    'GET /*': () => 'hang',
    'POST /*': () => 'hang',
  })
  const api = (await startSite({ 'GET /*': () => 'hang', 'OPTIONS /*': () => 'hang' })).url
  const { status, stdout } = await run('doctor', url, '--bundled', '--timeout=2', `--api=${api}`, '--json')
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { id: string; seen: string }[] }
  expect([status, findings.map(({ id }) => id)]).toEqual([
    1,
    ['edge-unreachable', 'cors-unreachable', 'relay-unreachable'],
  ])
  expect(findings.map(({ seen }) => seen)).toEqual(
    findings.map(() => expect.stringContaining('did not answer within 2 s')),
  )
})

test('the program prints the report on standard output and the progress on standard error', async () => {
  const { url } = await startSite(healthy({ 'GET /': page({ head: '' }) }))
  const result = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [BIN, 'doctor', url, PATIENT, '--json'], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
  expect([result.code, result.stderr.split('\n')[0]]).toEqual([1, `checking page ${url}`])
  expect(JSON.parse(result.stdout)).toMatchObject({ page: url, findings: [{ id: 'page-no-snippet' }] })
})
