import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../command.ts'

/** The Collector's arguments in the Compose file of a size, with paths of this repository in place of those of the container. */
export function collectorArguments(size: string, service: string): string[] {
  const lines = readFileSync(join(ROOT, 'deploy', size, 'compose.yaml'), 'utf8').split('\n')
  const start = lines.findIndex((line) => line.trim().replace(/ &[\w-]+$/, '') === `${service}:`)
  const indent = lines[start]?.search(/\S/) ?? 0
  const length = lines.slice(start + 1).findIndex((line) => line !== '' && line.search(/\S/) <= indent)
  return lines.slice(start + 1, start + 1 + length).flatMap((line) => {
    const [, argument = ''] = /^ +- (--(?:config|feature-gates)=.+)$/.exec(line) ?? []
    return argument === '' ? [] : [argument.replace('=/etc/', `=${join(ROOT, 'deploy')}/`)]
  })
}
