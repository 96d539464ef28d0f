/** One member of an options interface, as the docs show it. */
export interface Option {
  readonly name: string
  /** The type as written in the source, on one line, without `undefined`. */
  readonly type: string
  readonly isRequired: boolean
  /** The description without its default. */
  readonly text: string
  /** The text after "Default"; an empty string if the description names none. */
  readonly defaultText: string
}

/**
 * Reads the members of an interface from TypeScript source: their types, and their doc comments, which end in `Default …`.
 * Members that are deprecated are left out.
 *
 * @throws Error if the source has no such interface, or a member has no doc comment
 */
export function readOptions(source: string, interfaceName: string): readonly Option[] {
  const start = source.indexOf(`export interface ${interfaceName} {\n`)
  if (start === -1) throw new Error(`There is no interface ${interfaceName}.`)
  const body = source.slice(source.indexOf('\n', start) + 1, source.indexOf('\n}\n', start) + 1)
  const members = body.matchAll(
    /(?: {2}\/\*\*(?<comment>(?:(?!\*\/).)*)\*\/\n)? {2}readonly (?<name>\w+)(?<optional>\??): (?<type>[^{\n]*(?:\{\n.*?\n {2}\}[^\n]*)?)\n/gs,
  )
  return [...members]
    .map(({ groups = {} }) => groups)
    .filter(({ comment }) => !comment?.includes('@deprecated'))
    .map(({ comment, name = '', optional, type = '' }) => {
      if (comment === undefined) throw new Error(`${interfaceName}.${name} has no doc comment.`)
      return { name, type: formatType(type), isRequired: optional === '', ...splitDefault(oneLine(comment)) }
    })
}

function splitDefault(comment: string): Pick<Option, 'text' | 'defaultText'> {
  const [sentence = '', defaultText = ''] = /\bDefault:? (.*?)\.(?= |$)/.exec(comment) ?? []
  return { text: oneLine(comment.replace(sentence, '')), defaultText }
}

/** A comment on one line, without the asterisks at the beginnings of its lines. */
function oneLine(comment: string): string {
  return comment
    .replace(/^\s*\*(?: |$)/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function formatType(type: string): string {
  return type
    .replace(/\/\*\*.*?\*\//gs, '')
    .replace(/\breadonly /g, '')
    .replace(/ \| undefined/g, '')
    .replace(/\n\s*\}/g, ' }')
    .replace(/\{\s+/g, '{ ')
    .replace(/\n\s*/g, '; ')
    .replace(/(?:; )+/g, '; ')
}
