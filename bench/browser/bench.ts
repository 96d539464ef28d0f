import { installLocked } from '../../scripts/install-locked.ts'

// Entry of `npm run bench:browser`. Other modules are imported after their dependencies have been installed.
installLocked(import.meta.dirname)
const { run } = await import('./run.ts')
await run(process.argv.slice(2))
