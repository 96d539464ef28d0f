import type { TracingOptions } from './options.ts'

/** Reads the data attributes of the script tag; without `data-service-name` there is nothing to start. */
export function readScriptOptions(script: Element | null): TracingOptions | undefined {
  if (!(script instanceof HTMLElement)) return undefined
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
    ...(sampleRatio === undefined ? {} : { sampler: 'traceidratio', samplerArg: sampleRatio }),
    consent: consent === 'required' ? consent : undefined,
    debug: debug === '' ? true : debug,
  }
}
