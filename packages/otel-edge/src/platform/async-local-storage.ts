/// <reference path="./async-hooks.d.ts" />
import { AsyncLocalStorage } from 'node:async_hooks'
import { type ContextStorage, sharedStorage } from './shared-storage.ts'

export const storage: ContextStorage = sharedStorage(AsyncLocalStorage)

/** Whether another SDK or a framework can trace a `fetch` that this package has traced. */
export const sharesProcess = true
