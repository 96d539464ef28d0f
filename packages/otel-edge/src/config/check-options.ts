import type { EdgeOptions } from '../options.ts'
import { normalizeOptions, warnInvalid } from './check-origins.ts'

const BINDING_OPTIONS = ['queues', 'propagateBindings', 'rpc'] as const
const NUMBER_OPTIONS = {
  sampler: ['maxPerSecond', 'maxForcedPerSecond'],
  keep: ['slowMillis'],
  exporter: ['timeoutMillis', 'batchDelayMillis', 'windowMillis'],
} as const
const EXPORTER_VALUES = { protocol: ['http/json', 'http/protobuf'], compression: ['gzip', 'none'] }

/**
 * Normalizes the options, and warns of invalid values. Invalid origins, numbers and values of `exporter` are removed. A name
 * without a binding remains: it has no effect.
 */
export function checkOptions(options: EdgeOptions, env: object): EdgeOptions {
  const checked: Record<string, unknown> = { ...normalizeOptions(options) }
  for (const [group, names] of Object.entries(NUMBER_OPTIONS)) {
    // A group that is absent stays absent: `keep: {}` would record unsampled spans.
    if (checked[group]) checked[group] = checkNumbers(checked[group], names, `${group}.`)
  }
  if (Array.isArray(options.captureHeaders)) {
    warnInvalid(
      'captureHeaders',
      options.captureHeaders,
      'not an object such as { request: [], response: [] }',
    )
  }
  const exporter = (checked.exporter ?? {}) as Record<string, unknown>
  for (const [name, values] of Object.entries<unknown[]>(EXPORTER_VALUES)) {
    const given = exporter[name]
    if (given === undefined || values.includes(given)) continue
    warnInvalid(`exporter.${name}`, given, `not ${values.join(' or ')}`)
    delete exporter[name]
  }
  for (const name of BINDING_OPTIONS) {
    for (const binding of [options[name] ?? []].flat()) checkBinding(name, binding, env)
  }
  const { overflowQueue } = options.exporter ?? {}
  if (overflowQueue !== undefined) checkBinding('exporter.overflowQueue', overflowQueue, env)
  return checked
}

/** Warns of each value that is not a number of 0 or more and returns the others. `prefix` precedes the names in warnings. */
export function checkNumbers<T extends object>(values: T, names: readonly string[], prefix = ''): T {
  const checked = new Map<string, unknown>(Object.entries(values))
  for (const name of names) {
    const given = checked.get(name)
    if (given === undefined || (typeof given === 'number' && given >= 0)) continue
    warnInvalid(prefix + name, given, 'not a number of 0 or more')
    checked.delete(name)
  }
  return Object.fromEntries(checked) as T
}

/** Warns when the worker has no binding of this name. */
export function checkBinding(option: string, binding: string, env: object): void {
  if (!(binding in env)) warnInvalid(option, binding, 'not a binding of this worker')
}
