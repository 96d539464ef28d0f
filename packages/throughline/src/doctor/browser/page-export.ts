import { gunzipSync } from 'node:zlib'
import type { Request } from 'playwright'
import { parseJson } from '../trace/json-value.ts'
import { readOtlpTrace } from '../trace/otlp-trace.ts'
import type { TraceSpan } from '../trace/trace-span.ts'

/** The spans in an export of the SDK; none if the browser does not show its body, or if it cannot be read. */
export async function readExport(request: Request): Promise<TraceSpan[]> {
  const body = request.postDataBuffer()
  if (!body) return []
  const encoding = await request.headerValue('content-encoding').catch(() => null)
  try {
    return readOtlpTrace({ result: parseJson((encoding === 'gzip' ? gunzipSync(body) : body).toString()) })
  } catch {
    return []
  }
}
