import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TRACE_ID, target } from '../../../test/observed.ts'
import { type Route, startSite } from '../../../test/site.ts'
import { observeLogs } from './logs.ts'

const SPAN = 'b7ad6b7169203331'
const line = (span: string) => `{"trace_id":"${TRACE_ID}",${span},"msg":"paid"}`
const observe = (...logs: readonly string[]) =>
  observeLogs(TRACE_ID, { ...target().options, timeoutMillis: 60_000, waitMillis: 30, logs })

async function serve(route: Route) {
  const site = await startSite({ 'GET /*': route })
  return { site, address: `${site.url}logs/{traceId}?query={traceId}` }
}

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-logs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, `${TRACE_ID}.log`), text)
  return join(folder, '{traceId}.log')
}

describe('a line of the trace', () => {
  test.each([
    ['of pino', line(`"span_id":"${SPAN}"`)],
    ['in camel case', line(`"spanId": "${SPAN}"`)],
    ['with a dot', line(`"span.id":"${SPAN}"`)],
    ['in upper case', line(`"spanID":"${SPAN}"`).toUpperCase()],
    ['in JSON of JSON', JSON.stringify({ log: line(`"span_id":"${SPAN}"`) })],
    ['of logfmt', `level=info trace_id=${TRACE_ID} span_id=${SPAN} msg=paid`],
    ['with a line break of Windows', `${line(`"span_id":"${SPAN}"`)}\r\n`],
  ])('can be one %s', async (_, text) => {
    expect(await observe(file(`other\n${text}`))).toMatchObject([{ lineCount: 1, spanIds: [SPAN] }])
  })

  test.each([
    ['of another trace', line(`"span_id":"${SPAN}"`).replace(TRACE_ID, 'a'.repeat(32))],
    ['without a span', line('"a":1')],
    ['with a span id that is too long', line(`"span_id":"${SPAN}0"`)],
    ['with a span id that is too short', line(`"span_id":"${SPAN.slice(1)}"`)],
    ['that is split', `${TRACE_ID}\nspan_id=${SPAN}`],
  ])('is not one %s', async (_, text) => {
    expect(await observe(file(text))).toMatchObject([{ lineCount: 0, problem: undefined }])
  })

  test('is one of several, each span once', async () => {
    const lines = [SPAN, SPAN, '00f067aa0ba902b7'].map((id) => line(`"span_id":"${id}"`))
    expect(await observe(file(lines.join('\n')))).toMatchObject([
      { lineCount: 3, spanIds: [SPAN, '00f067aa0ba902b7'] },
    ])
  })
})

describe('an address', () => {
  test('has the id of the trace wherever it is named', async () => {
    const { site, address } = await serve({ body: line(`"span_id":"${SPAN}"`) })
    expect(await observe(address)).toMatchObject([{ lineCount: 1 }])
    expect(site.requests[0]?.url).toBe(`/logs/${TRACE_ID}?query=${TRACE_ID}`)
  })

  test('is read until the lines have come', async () => {
    let count = 0
    const { site, address } = await serve(() => ({ body: ++count < 3 ? '' : line(`"span_id":"${SPAN}"`) }))
    expect(await observe(address)).toMatchObject([{ lineCount: 1 }])
    expect(site.requests).toHaveLength(3)
  })

  test('that answers with an error has its status as the problem', async () => {
    const { address } = await serve({ status: 403 })
    expect(await observe(address)).toMatchObject([{ lineCount: 0, problem: 'status 403' }])
  })

  test('that cannot be reached has the cause as the problem, without credentials', async () => {
    const { site } = await serve(() => 'cut')
    const [log] = await observe(site.url.replace('//', '//ann:secret@'))
    expect(log?.problem).toMatch(/closed the connection/)
    expect(JSON.stringify(log)).not.toMatch(/ann|secret/)
  })

  test('can be a file that does not exist', async () => {
    expect(await observe('/no/such/{traceId}')).toEqual([
      { where: `/no/such/${TRACE_ID}`, problem: 'ENOENT', lineCount: 0, spanIds: [] },
    ])
  })
})
