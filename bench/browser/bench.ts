import { installPeers } from '../install-peers.ts'

// Entry of `npm run bench:browser`. The rest is imported once what it needs is installed.
installPeers(import.meta.dirname)
const { run } = await import('./run.ts')
await run(process.argv.slice(2))
