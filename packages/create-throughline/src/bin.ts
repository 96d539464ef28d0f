#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
// `engines` of the dependencies. npm only warns of them.
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`create-throughline needs Node 20.19 or newer; this is ${process.version}.`)
  process.exitCode = 1
} else {
  const { main } = await import('./cli/main.ts')
  process.exitCode = await main(process.argv.slice(2), {
    folder: process.cwd(),
    print: (text) => console.log(text),
    printError: (text) => console.error(text),
  })
}

export {}
