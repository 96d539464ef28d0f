// https://docs.honeycomb.io/send-data/javascript-browser/honeycomb-distribution/
import { HoneycombWebSDK } from '@honeycombio/opentelemetry-web'
import { getWebAutoInstrumentations } from '@opentelemetry/auto-instrumentations-web'

new HoneycombWebSDK({
  endpoint: location.origin,
  apiKey: 'bench',
  serviceName: 'bench',
  skipOptionsValidation: true,
  instrumentations: [getWebAutoInstrumentations()],
}).start()
