// https://grafana.com/docs/grafana-cloud/monitor-applications/frontend-observability/instrument/
import { getWebInstrumentations, initializeFaro } from '@grafana/faro-web-sdk'
import { TracingInstrumentation } from '@grafana/faro-web-tracing'

initializeFaro({
  url: `${location.origin}/faro/collect`,
  app: { name: 'bench', version: '1.0.0' },
  instrumentations: [...getWebInstrumentations(), new TracingInstrumentation()],
})
