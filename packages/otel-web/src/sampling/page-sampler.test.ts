import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { SamplingDecision } from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'
import { PageSampler } from './page-sampler.ts'

const parent = (traceFlags: number, isRemote: boolean) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags,
    isRemote,
  })

const { NOT_RECORD, RECORD, RECORD_AND_SAMPLED } = SamplingDecision
// The random flag of https://www.w3.org/TR/trace-context-2/#random-trace-id-flag says nothing about sampling.
const RANDOM = 2

test.each([
  ['a root span of a sampled session', true, true, ROOT_CONTEXT, RECORD_AND_SAMPLED],
  ['a root span of another session', true, false, ROOT_CONTEXT, RECORD],
  ['a child of a sampled span', true, false, parent(TraceFlags.SAMPLED, false), RECORD_AND_SAMPLED],
  ['a child of a span that is not sampled', true, true, parent(TraceFlags.NONE, false), RECORD],
  [
    'a child of a sampled remote span',
    true,
    false,
    parent(TraceFlags.SAMPLED | RANDOM, true),
    RECORD_AND_SAMPLED,
  ],
  ['a child of a remote span that is not sampled', true, true, parent(RANDOM, true), RECORD],
  ['any root span while recording is off', false, true, ROOT_CONTEXT, NOT_RECORD],
  ['any child while recording is off', false, true, parent(TraceFlags.SAMPLED, true), NOT_RECORD],
])('%s', (_, ...[isOn, session, context, decision]) => {
  const sampler = new PageSampler({ isOn: () => isOn, sampleRoot: () => session })
  expect(sampler.shouldSample(context)).toEqual({ decision })
})

test('the session is asked for root spans only, so that children do not use its limit', () => {
  let asked = 0
  const sampler = new PageSampler({ isOn: () => true, sampleRoot: () => ++asked > 0 })
  sampler.shouldSample(parent(TraceFlags.SAMPLED, false))
  expect(asked).toBe(0)
  sampler.shouldSample(ROOT_CONTEXT)
  expect(asked).toBe(1)
})
