import { Partitioners } from 'kafkajs'
import { createKafka } from '../kafka/client.ts'
import { createTopics, SHIPMENTS_DISPATCHED } from '../kafka/topics.ts'
import { runService } from '../process/run-service.ts'
import { readVariables } from '../process/variables.ts'
import { openShipments } from '../shipping/store.ts'
import { startWorker } from './worker.ts'

await runService(async ({ logger, onStop }) => {
  const env = readVariables('DATABASE_URL', 'RABBITMQ_URL', 'KAFKA_BROKERS')
  const shipments = await openShipments(env.DATABASE_URL, logger)
  onStop(() => shipments.close())
  const kafka = createKafka(env.KAFKA_BROKERS, logger)
  await createTopics(env.KAFKA_BROKERS, SHIPMENTS_DISPATCHED)
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  onStop(() => producer.disconnect())
  const stopWorker = await startWorker({ url: env.RABBITMQ_URL, shipments, producer, logger })
  onStop(stopWorker)
})
