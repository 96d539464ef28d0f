#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
// The version of `engines` in package.json. When Node is older, npm only warns.
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`throughline needs Node 20.19 or newer; this is ${process.version}.`)
  process.exitCode = 2
} else {
  const { main } = await import('./cli/main.ts')
  process.exitCode = await main(process.argv.slice(2), {
    print: (text) => console.log(text),
    printError: (text) => console.error(text),
    isTerminal: process.stdout.isTTY === true,
    env: process.env,
  })
}

export {}
