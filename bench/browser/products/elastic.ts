// https://www.elastic.co/docs/reference/apm/agents/rum-js/install-agent
import { init } from '@elastic/apm-rum'

init({
  serviceName: 'bench',
  serverUrl: location.origin,
  serviceVersion: '1.0.0',
  environment: 'bench',
})
