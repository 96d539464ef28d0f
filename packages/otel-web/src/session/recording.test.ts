import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { TracingOptions } from '../options.ts'
import { createRecording } from './recording.ts'

beforeEach(() => localStorage.clear())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const start = (options: Partial<TracingOptions> = {}, early?: boolean) =>
  createRecording({ serviceName: 'shop', ...options }, early)

describe('recording', () => {
  test('is on by default, until it is stopped', () => {
    const recording = start()
    expect(recording.isOn()).toBe(true)
    recording.stop()
    expect(recording.isOn()).toBe(false)
    recording.session.setConsent(true)
    expect(recording.isOn()).toBe(false)
  })

  test('waits for consent where it is required, and ends when it is withdrawn', () => {
    const recording = start({ consent: 'required' })
    expect(recording.isOn()).toBe(false)
    recording.session.setConsent(true)
    expect(recording.isOn()).toBe(true)
    recording.session.setConsent(false)
    expect(recording.isOn()).toBe(false)
  })

  test('ends when consent is denied where it is not required', () => {
    const recording = start()
    recording.session.setConsent(false)
    expect(recording.isOn()).toBe(false)
    expect(start().isOn()).toBe(false)
  })

  test('stays on in pages that require no consent and know of none', () => {
    start({ consent: 'required' })
    expect(start().isOn()).toBe(true)
  })

  test('ends for this page and for an hour in others when the collector refuses all spans', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_790_000_000_000 })
    const recording = start()
    recording.kill()
    expect([recording.isOn(), start().isOn()]).toEqual([false, false])
    vi.setSystemTime(1_790_000_000_000 + 3_600_000)
    expect([recording.isOn(), start().isOn()]).toEqual([false, true])
  })
})

describe('root spans are sampled', () => {
  // https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration
  test.each<[string | undefined, string | number | undefined, number, boolean]>([
    [undefined, undefined, 0.999, true],
    ['parentbased_always_on', undefined, 0.999, true],
    ['always_off', undefined, 0, false],
    ['parentbased_always_off', undefined, 0, false],
    ['traceidratio', '0.5', 0.49, true],
    ['traceidratio', '0.5', 0.5, false],
    ['traceidratio', 0.25, 0.3, false],
    ['parentbased_traceidratio', '1', 0.999, true],
    ['traceidratio', '0', 0, false],
    ['traceidratio', undefined, 0.999, true],
  ])('by %s with the argument %s and the random number %d: %s', (sampler, samplerArg, random, sampled) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    expect(start({ sampler, samplerArg }).sampleRoot()).toBe(sampled)
  })

  test('alike in a whole session', () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.9)
    const options = { sampler: 'traceidratio', samplerArg: 0.5 }
    const recording = start(options)
    random.mockReturnValue(0.1)
    expect([recording.sampleRoot(), start(options).sampleRoot()]).toEqual([false, false])
  })

  test('as the loader decided, until the session decides', () => {
    start({ sampler: 'always_off' })
    const recording = start({ sampler: 'always_off' }, true)
    expect(recording.sampleRoot()).toBe(true)
    recording.followSession()
    expect(recording.sampleRoot()).toBe(false)
  })

  test.each([
    [undefined, 600],
    [2, 2],
    [0, 0],
  ])('up to a limit of %s per minute: %i', (maxTracesPerMinute, count) => {
    vi.spyOn(performance, 'now').mockReturnValue(0)
    const recording = start({ maxTracesPerMinute })
    const decisions = Array.from({ length: 700 }, () => recording.sampleRoot())
    expect(decisions.filter(Boolean)).toHaveLength(count)
  })

  test('without using the limit where the session is not sampled', () => {
    vi.spyOn(performance, 'now').mockReturnValue(0)
    const recording = start({ sampler: 'always_off', maxTracesPerMinute: 1 })
    expect([recording.sampleRoot(), recording.sampleRoot()]).toEqual([false, false])
  })
})
