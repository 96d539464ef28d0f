import { parseRatio, SAMPLER_NAME } from '@throughline/otel-shared'
import type { TracingOptions } from '../options.ts'

/** Warns about each unusable option, by its name and by its attribute on the script tag. Returns their number. */
export function checkOptions({
  serviceName,
  endpoint,
  propagateTo = [],
  sampler,
  samplerArg,
}: TracingOptions): number {
  let count = 0
  const warn = (name: string, value: unknown, wanted: string) => {
    count++
    console.warn(`throughline: ${name}: ${JSON.stringify(value)} is not ${wanted}`)
  }
  if (!serviceName) warn('serviceName (data-service-name)', serviceName, 'a name')
  if (endpoint && !/^https?:$/.test(new URL(endpoint, document.baseURI).protocol)) {
    warn('endpoint (data-endpoint)', endpoint, 'an http:// or https:// address')
  }
  for (const value of propagateTo) {
    if (URL.parse(value)?.origin !== value) {
      warn('propagateTo (data-propagate-to)', value, 'an origin such as https://api.example.com')
    }
  }
  if (sampler && !SAMPLER_NAME.test(sampler.toLowerCase())) {
    warn('sampler', sampler, 'a sampler of OTEL_TRACES_SAMPLER')
  }
  if (samplerArg !== undefined && parseRatio(String(samplerArg)) === undefined) {
    warn('samplerArg (data-sample-ratio)', samplerArg, 'a number from 0 to 1')
  }
  return count
}
