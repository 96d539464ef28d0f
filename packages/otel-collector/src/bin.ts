#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
// `node:sqlite` and `module.enableCompileCache`: https://nodejs.org/api/sqlite.html
if (major < 22 || (major === 22 && minor < 16)) {
  console.error(
    `The collector needs Node 22.16 or newer; this is ${process.version}. \`npx -p node@24 -c throughline-collector\` starts it.`,
  )
  process.exitCode = 1
} else {
  await import('./main.ts')
}

export {}
