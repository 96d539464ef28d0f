import { promisify } from 'node:util'
import { ServerCredentials } from '@grpc/grpc-js'
import { runService } from '../process/run-service.ts'
import { readVariables } from '../process/variables.ts'
import { createCarrier } from './server.ts'
import { openTrackingNumbers } from './tracking-numbers.ts'

await runService(async ({ logger, onStop }) => {
  const { LISTEN_ADDRESS, REDIS_URL } = readVariables('LISTEN_ADDRESS', 'REDIS_URL')
  const trackingNumbers = await openTrackingNumbers(REDIS_URL, (error) =>
    logger.error({ err: error }, 'redis failed'),
  )
  onStop(() => trackingNumbers.close())
  const server = createCarrier({ trackingNumbers, logger })
  const bind = promisify(server.bindAsync.bind(server))
  await bind(LISTEN_ADDRESS, ServerCredentials.createInsecure())
  onStop(promisify(server.tryShutdown.bind(server)))
})
