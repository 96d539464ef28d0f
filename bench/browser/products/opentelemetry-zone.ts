import { ZoneContextManager } from '@opentelemetry/context-zone'
import { startOpenTelemetry } from './start-opentelemetry.ts'

startOpenTelemetry(new ZoneContextManager())
