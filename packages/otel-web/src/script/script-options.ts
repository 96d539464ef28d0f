import type { TracingOptions } from '../options.ts'
import { withoutPrototype } from '../platform/patch.ts'

/** The data attributes of an element, without properties inherited from `Object.prototype`. */
export function ownData(element: HTMLElement): DOMStringMap {
  return Object.assign(Object.create(null), element.dataset)
}

/** Reads the options from the data attributes of the script tag. Throws if tracing cannot start with them. */
export function readScriptOptions(script: HTMLElement): TracingOptions {
  const {
    serviceName,
    serviceVersion,
    environment,
    endpoint,
    propagateTo,
    noPropagate,
    sampleRatio,
    consent,
    debug,
  } = ownData(script)
  if (!serviceName) throw new Error('no data-service-name')
  return withoutPrototype({
    serviceName,
    serviceVersion,
    environment,
    endpoint,
    propagateTo: propagateTo?.split(','),
    // The loader builds the same regular expression.
    noPropagate: noPropagate ? [new RegExp(noPropagate)] : undefined,
    sampler: sampleRatio ? 'traceidratio' : undefined,
    samplerArg: sampleRatio,
    // Any value requires consent, so that a typing error does not switch the requirement off.
    consent: consent as 'required' | undefined,
    debug: debug === '' ? true : debug,
  })
}
