// OpenTelemetry's own SDK, for the test of both SDKs in one process.
import { register } from 'node:module'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { NodeSDK } from '@opentelemetry/sdk-node'

// ES modules are instrumented by a hook: https://github.com/open-telemetry/opentelemetry-js/blob/main/doc/esm-support.md
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
new NodeSDK({ instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()] }).start()
