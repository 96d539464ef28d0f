import { once } from 'node:events'
import { openCarrier } from '../carrier/client.ts'
import { runService } from '../process/run-service.ts'
import { parseAddress, readVariables } from '../process/variables.ts'
import { createApp } from './app.ts'
import { openPublisher } from './publisher.ts'
import { openShipments } from './store.ts'

await runService(async ({ logger, onStop }) => {
  const env = readVariables('LISTEN_ADDRESS', 'CARRIER_ADDRESS', 'DATABASE_URL', 'RABBITMQ_URL')
  const { host, port } = parseAddress(env.LISTEN_ADDRESS)
  const carrier = openCarrier(env.CARRIER_ADDRESS)
  onStop(() => carrier.close())
  const shipments = await openShipments(env.DATABASE_URL, logger)
  onStop(() => shipments.close())
  const publisher = await openPublisher(env.RABBITMQ_URL, logger)
  onStop(() => publisher.close())
  const server = createApp({ carrier, shipments, publisher, logger }).listen(port, host)
  await once(server, 'listening')
  onStop(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeIdleConnections()
    await closed
  })
})
