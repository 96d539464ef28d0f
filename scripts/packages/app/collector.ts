import { type Collector, startCollector } from '@throughline/otel-collector'

const collector: Collector = await startCollector({ otlpPort: 0, uiPort: 0 })
console.log(collector.otlpUrl, collector.uiUrl)
await collector.shutdown()
