// Node finds the named exports of a CommonJS module by reading it, and finds not all of these.
import kafkajs, { Kafka, type logCreator, logLevel } from 'kafkajs'
import createSnappyCodec from 'kafkajs-snappy'
import type { Logger } from 'pino'

/** A client of Kafka that logs to the service's own log. */
export function createKafka(brokers: string, logger: Logger): Kafka {
  // franz-go compresses batches with Snappy by default, for which kafkajs has no codec of its own.
  const { CompressionCodecs, CompressionTypes } = kafkajs
  CompressionCodecs[CompressionTypes.Snappy] = createSnappyCodec
  const clientId = process.env.OTEL_SERVICE_NAME ?? 'node'
  return new Kafka({
    clientId,
    brokers: brokers.split(','),
    logLevel: logLevel.WARN,
    logCreator: () => logTo(logger),
  })
}

function logTo(logger: Logger): ReturnType<logCreator> {
  return ({ level, log }) => {
    const { message, timestamp: _, logger: __, ...fields } = log
    if (level === logLevel.ERROR) logger.error(fields, message)
    else logger.warn(fields, message)
  }
}
