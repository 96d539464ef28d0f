export {
  bundleWorker,
  type ServedWorker,
  type ServeOptions,
  serveBundle,
  serveWorker,
  WorkerdError,
} from './worker/serve-worker.ts'
export { COMPATIBILITY_DATE, type RunningWorkers, startWorkers } from './worker/start-workers.ts'
