#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
// `DatabaseSync` has `timeout` and `isTransaction` since 22.16: https://nodejs.org/api/sqlite.html. `main.ts` is imported after
// the check, because a Node without `node:sqlite` could not load it.
if (major < 22 || (major === 22 && minor < 16)) {
  console.error(
    `The collector needs Node 22.16 or newer; this is ${process.version}. \`npx -p node@24 -c throughline-collector\` starts it.`,
  )
  process.exitCode = 1
} else {
  await import('./main.ts')
}

export {}
