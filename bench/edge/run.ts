import { PEERS } from './peers.ts'
import { measureThroughput } from './throughput.ts'

// One table, narrowed by the environment: `ROUNDS=5 SECONDS=1.5 RATIOS=1 node run.ts throughline`.
const {
  ROUNDS = '5',
  SECONDS = '3',
  PATHS = '/hello/x,/fetch/x',
  RATIOS = '1,0.01,0',
  BASE_PORT = '18100',
  PIN = '',
} = process.env
const named = process.argv.slice(2)
await measureThroughput(
  {
    workers: named.length > 0 ? named : PEERS,
    ratios: RATIOS.split(',').map(Number),
    paths: PATHS.split(','),
    rounds: Number(ROUNDS),
    seconds: Number(SECONDS),
    basePort: Number(BASE_PORT),
    pin: PIN,
  },
  (row) => console.log(JSON.stringify(row)),
)
process.exit(0)
