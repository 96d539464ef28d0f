import { startOpenTelemetry } from './start-opentelemetry.ts'

startOpenTelemetry()
