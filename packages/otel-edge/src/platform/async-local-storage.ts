/// <reference path="./async-hooks.d.ts" />
export { AsyncLocalStorage } from 'node:async_hooks'
