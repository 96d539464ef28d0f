import 'zone.js'
import { ZoneContextManager } from '@opentelemetry/context-zone-peer-dep'

Object.assign(window, { ZoneContextManager })
