import type { TracingOptions } from './options.ts'

/** Reads the data attributes of the script tag; without `data-service-name` there is nothing to start. */
export function readScriptOptions(script: HTMLElement): TracingOptions | undefined {
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
  } = script.dataset
  if (!serviceName) return undefined
  return {
    serviceName,
    serviceVersion,
    environment,
    endpoint,
    propagateTo: propagateTo?.split(','),
    // The same expression that the loader goes by.
    noPropagate: noPropagate ? [new RegExp(noPropagate)] : undefined,
    sampler: sampleRatio ? 'traceidratio' : undefined,
    samplerArg: sampleRatio,
    consent: consent === 'required' ? consent : undefined,
    debug: debug === '' ? true : debug,
  }
}
