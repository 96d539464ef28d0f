/// <reference path="./async-hooks.d.ts" />
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from '@opentelemetry/api'
import { ATTR_TELEMETRY_DISTRO_VERSION } from '@opentelemetry/semantic-conventions'
import { telemetryAttributes } from '@throughline/otel-shared'
import { registeredApi, warn } from './otel-api.ts'

/** The storage of the active context. */
export interface ContextStorage extends AsyncLocalStorage<Context> {
  /** Whether a copy of this package has registered OpenTelemetry's globals and replaced `fetch`. */
  isUsed?: boolean
}

interface Shared {
  readonly storage: ContextStorage
  readonly versions: Set<unknown>
}

// The number changes when copies of the package with and without a change cannot share a context.
const KEY = Symbol.for('throughline.otel-edge.1')

/**
 * The one storage of a process. Frameworks load a package once for each bundle (Next.js: for each route), and a dependency can
 * bring its own copy. With one context, a request that passes through two copies is traced once.
 */
export function sharedStorage(Storage: typeof AsyncLocalStorage): ContextStorage {
  let shared = Reflect.get(globalThis, KEY) as Shared | undefined
  if (!shared) {
    shared = { storage: new Storage(), versions: new Set() }
    Reflect.defineProperty(globalThis, KEY, { value: shared, configurable: true })
    if (registeredApi()?.trace) {
      warn('another OpenTelemetry SDK traces this process: use either that SDK or tracing(), not both')
    }
  }
  const { storage, versions } = shared
  const version = telemetryAttributes('throughline-edge')[ATTR_TELEMETRY_DISTRO_VERSION]
  if (!versions.has(version) && versions.add(version).size === 2) {
    warn(`more than one version of @throughline/otel-edge is loaded: ${[...versions].join(', ')}`)
  }
  return storage
}
