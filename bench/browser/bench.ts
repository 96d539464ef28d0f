import { installPeers } from '../install-peers.ts'

// Entry of `npm run bench:browser`. Other modules are imported after their dependencies have been installed.
installPeers(import.meta.dirname)
const { run } = await import('./run.ts')
await run(process.argv.slice(2))
