export {
  freePort,
  type HttpServer,
  type RequestHandler,
  readBody,
  startHttpServer,
} from './collector/http-server.ts'
export { type Collector, type CollectorOptions, startCollector } from './collector/start-collector.ts'
