declare module 'kafkajs-snappy' {
  import type { CompressionTypes } from 'kafkajs'

  /** An entry of `CompressionCodecs`. */
  const createCodec: typeof import('kafkajs').CompressionCodecs[CompressionTypes]
  export default createCodec
}
