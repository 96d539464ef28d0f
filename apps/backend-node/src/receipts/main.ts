import { createKafka } from '../kafka/client.ts'
import { createTopics, PAYMENTS_ACCEPTED } from '../kafka/topics.ts'
import { runService } from '../process/run-service.ts'
import { readVariables } from '../process/variables.ts'
import { openReceipts } from './store.ts'
import { startWorker } from './worker.ts'

// `disconnect()` waits for the fetch in flight.
const MAX_WAIT_MILLIS = 500

await runService(async ({ logger, onStop, fail }) => {
  const { DATABASE_URL, KAFKA_BROKERS } = readVariables('DATABASE_URL', 'KAFKA_BROKERS')
  const receipts = await openReceipts(DATABASE_URL, logger)
  onStop(() => receipts.close())
  const kafka = createKafka(KAFKA_BROKERS, logger)
  await createTopics(KAFKA_BROKERS, PAYMENTS_ACCEPTED)
  const consumer = kafka.consumer({ groupId: 'receipts', maxWaitTimeInMs: MAX_WAIT_MILLIS })
  onStop(() => consumer.disconnect())
  await startWorker({ consumer, receipts, logger, onCrash: fail })
})
