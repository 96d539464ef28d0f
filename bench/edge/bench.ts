import { installPeers } from '../install-peers.ts'

// Entry of `npm run bench:edge`. Other modules are imported after their dependencies have been installed.
installPeers(import.meta.dirname, '--ignore-scripts')
const { runBench } = await import('./run-bench.ts')
await runBench(process.argv.slice(2))
process.exit(0)
