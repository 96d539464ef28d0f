// https://docs.datadoghq.com/real_user_monitoring/correlate_with_other_telemetry/apm/
import { datadogRum } from '@datadog/browser-rum-slim'

datadogRum.init({
  applicationId: '00000000-0000-4000-8000-000000000000',
  clientToken: 'pub00000000000000000000000000000000',
  site: 'datadoghq.com',
  service: 'bench',
  proxy: `${location.origin}/datadog`,
  sessionSampleRate: 100,
  traceSampleRate: 100,
  trackUserInteractions: true,
  trackResources: true,
  trackLongTasks: true,
  allowedTracingUrls: [{ match: location.origin, propagatorTypes: ['tracecontext'] }],
})
