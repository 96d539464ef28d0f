import { StackContextManager } from '@opentelemetry/sdk-trace-web'
import { AsyncContextManager } from '../../../src/context/async-context-manager.ts'

Object.assign(window, { AsyncContextManager, StackContextManager })
