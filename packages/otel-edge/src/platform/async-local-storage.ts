/// <reference path="./async-hooks.d.ts" />
import { AsyncLocalStorage } from 'node:async_hooks'
import { type ContextStorage, sharedStorage } from './shared-storage.ts'

export const storage: ContextStorage = sharedStorage(AsyncLocalStorage)

/** Whether the bundle is for workerd. */
export const isWorkerd = false
