import type { TracingOptions } from './options.ts'

/** Reads the data attributes of the script tag; without `data-service-name` there is nothing to start. */
export function readScriptOptions(script: Element | null): TracingOptions | undefined {
  if (!(script instanceof HTMLElement)) return undefined
  const { serviceName, serviceVersion, environment, endpoint, propagateTo, noPropagate } = script.dataset
  if (!serviceName) return undefined
  return {
    serviceName,
    serviceVersion,
    environment,
    endpoint,
    propagateTo: list(propagateTo),
    noPropagate: noPropagate ? [new RegExp(noPropagate)] : undefined,
  }
}

function list(value: string | undefined): string[] | undefined {
  return value?.split(',').flatMap((part) => part.trim() || [])
}
