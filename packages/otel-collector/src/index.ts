export { type Collector, type CollectorOptions, startCollector } from './start-collector.ts'
