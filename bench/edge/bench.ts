import { installLocked } from '../../scripts/install-locked.ts'

// Entry of `npm run bench:edge`. Other modules are imported after their dependencies have been installed.
installLocked(import.meta.dirname, '--ignore-scripts')
const { runBench } = await import('./run-bench.ts')
await runBench(process.argv.slice(2))
process.exit(0)
