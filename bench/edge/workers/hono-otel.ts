import { httpInstrumentationMiddleware } from '@hono/otel'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import { Hono } from 'hono'
import { routes } from './routes.ts'

let processor: BatchSpanProcessor | undefined

function start(env: Record<string, string>) {
  const exporter = new OTLPTraceExporter({ url: `${env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces` })
  processor = new BatchSpanProcessor(exporter)
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'bench' }),
    sampler: new ParentBasedSampler({
      root: new TraceIdRatioBasedSampler(Number(env.OTEL_TRACES_SAMPLER_ARG)),
    }),
    spanProcessors: [processor],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  return processor
}

const app = new Hono()
const middleware = httpInstrumentationMiddleware({ serviceName: 'bench' })
app.use(async (c, next) => {
  const flusher = processor ?? start(c.env as Record<string, string>)
  const response = await middleware(c, next)
  // Without an explicit flush the processor never exports in a worker: its timer dies with the request.
  c.executionCtx.waitUntil(flusher.forceFlush())
  return response
})
export default routes(app)
