import MagicString, { type SourceMap } from 'magic-string'
import {
  isAwaitUsing,
  isForAwait,
  isSuspension,
  isUsing,
  labelled,
  lastDirective,
  redeclares,
} from './await-syntax.ts'
import { child, children, containsOwn, field, isFunction, type Node } from './syntax-tree.ts'

/** A compiled module. */
export interface Compiled {
  readonly code: string
  readonly map: SourceMap
}

/** The variable in which a function keeps its context since its last await. */
const C = '__tl_c'
/** The last arguments of `suspend`: the context since the last await, and the one that the function keeps from now on. */
const SAVE = `,${C},${C}??=__tl_a()`
/** Makes the function's context active again. */
const RESUME = `__tl_r(0,${C});`
/** Names of the helpers of `await-runtime.ts`, by the names that compiled code imports them as. */
const HELPERS: Readonly<Record<string, string>> = {
  __tl_a: 'activeContext',
  __tl_d: 'createDisposer',
  __tl_f: 'iterateInContext',
  __tl_g: 'delegateTo',
  __tl_r: 'resume',
  __tl_s: 'suspend',
  __tl_x: 'leave',
  __tl_y: 'leaveWith',
}

export interface CompileOptions {
  /** The module to import the helpers from. */
  readonly runtime: string
  /** The name of the module in the source map. */
  readonly source: string
  /** Imports the helpers before all other modules, even without an await. Default: false. */
  readonly always?: boolean
}

/**
 * Makes code save the context before every `await` and restore it afterwards, and leave the context when a function
 * suspends or ends. Returns `undefined` for a module without awaits, unless `always` is set.
 */
export function compileAwaits(
  code: string,
  program: Node,
  { runtime, source, always = false }: CompileOptions,
): Compiled | undefined {
  if (code.includes('__tl_')) return undefined
  const edits = new MagicString(code)
  const compiler = new Compiler(edits, code)
  compiler.compile(program)
  if (!compiler.changed && !always) return undefined
  const imports = Object.entries(HELPERS).map(([alias, name]) => `${name} as ${alias}`)
  compiler.begin(program, `import{${imports.join()}}from${JSON.stringify(runtime)};`)
  return {
    code: edits.toString(),
    map: edits.generateMap({ source, includeContent: true, hires: 'boundary' }),
  }
}

/** Inserts opening code when a node is entered and closing code when it is left, so that insertions nest. */
class Compiler {
  changed = false
  readonly #edits: MagicString
  readonly #code: string
  /**
   * Loops with a label. The code around such a loop is inserted around the label, since `continue` needs the label at
   * the loop.
   */
  readonly #labelledLoops = new Set<Node>()
  /** The name of the disposer variable for each `using` declaration. */
  readonly #disposers = new Map<Node, string>()

  constructor(edits: MagicString, code: string) {
    this.#edits = edits
    this.#code = code
  }

  /** Compiles a module or a function, and all functions inside it. */
  compile(scope: Node): void {
    const awaits =
      (scope.type === 'Program' || field(scope, 'async') === true) &&
      containsOwn(scope, isSuspension) &&
      !redeclares(scope)
    const close = awaits ? this.#openScope(scope) : undefined
    for (const below of children(scope)) this.#visit(below, awaits)
    close?.()
  }

  /** Inserts code at the beginning of the module, after a hashbang and directives. */
  begin(program: Node, code: string): void {
    const hashbang = /^#!.*/.exec(this.#code)?.[0].length ?? 0
    const at = lastDirective(program)?.end ?? hashbang
    // Prepended, so that it comes before code that was already inserted at the first statement.
    if (at > 0) this.#edits.prependRight(at, `\n${code}`)
    else this.#edits.prepend(code)
  }

  #visit(node: Node, awaits: boolean): void {
    if (isFunction(node)) {
      this.compile(node)
      return
    }
    const close = awaits ? this.#open(node) : undefined
    for (const below of children(node)) this.#visit(below, awaits)
    close?.()
  }

  #openScope(scope: Node): () => void {
    this.changed = true
    const body = child(scope, 'body')
    if (body === undefined) {
      this.begin(scope, `let ${C};`)
      return () => this.#edits.append(`\n;__tl_x(${C});`)
    }
    const end = `}finally{__tl_x(${C})}`
    if (body.type !== 'BlockStatement') {
      this.#insert(this.#afterArrow(scope, body), `{let ${C};try{return(`)
      return () => this.#close(scope.end, `)${end}}`)
    }
    this.#insert(lastDirective(body)?.end ?? body.start + 1, `;let ${C};try{`)
    return () => this.#close(body.end - 1, end)
  }

  #open(node: Node): (() => void) | undefined {
    switch (node.type) {
      case 'AwaitExpression':
        this.#insert(node.start, '__tl_r(')
        this.#insert(node.start + 'await'.length, ' __tl_s((')
        return () => this.#close(node.end, `)${SAVE}),${C})`)
      case 'YieldExpression':
        return this.#openYield(node)
      case 'ForOfStatement':
        return isForAwait(node) ? this.#openForAwait(node) : undefined
      case 'LabeledStatement':
        return isForAwait(labelled(node)) ? this.#openAround(node) : undefined
      case 'TryStatement':
        for (const clause of [child(child(node, 'handler') ?? node, 'body'), child(node, 'finalizer')]) {
          if (clause !== undefined) this.#insert(clause.start + 1, RESUME)
        }
        return undefined
      case 'BlockStatement':
        return this.#openDisposal(node)
      case 'VariableDeclaration':
        return this.#openUsing(node)
      default:
        return undefined
    }
  }

  #openYield(node: Node): () => void {
    if (child(node, 'argument') === undefined) {
      return () => this.#close(node.end, ` __tl_y(undefined,${C},${C}=undefined)`)
    }
    const delegates = field(node, 'delegate') === true
    const keyword = delegates ? this.#code.indexOf('*', node.start) + 1 : node.start + 'yield'.length
    this.#insert(keyword, delegates ? ' __tl_g((' : ' __tl_y((')
    return () => this.#close(node.end, `),${C},${C}=undefined)`)
  }

  #openForAwait(node: Node): (() => void) | undefined {
    const [iterable, body] = [child(node, 'right'), child(node, 'body')]
    if (iterable === undefined || body === undefined) return undefined
    const closeAround = this.#labelledLoops.has(node) ? undefined : this.#openAround(node)
    this.#insert(iterable.start, '__tl_f((')
    const isBlock = body.type === 'BlockStatement'
    this.#insert(isBlock ? body.start + 1 : body.start, isBlock ? RESUME : `{${RESUME}`)
    return () => {
      this.#close(iterable.end, `),(v)=>[${C},${C}=v][0])`)
      if (!isBlock) this.#close(body.end, '}')
      closeAround?.()
    }
  }

  /** Restores the context after a statement that suspends the function at its end. */
  #openAround(node: Node): () => void {
    this.#labelledLoops.add(labelled(node))
    this.#insert(node.start, '{')
    return () => this.#close(node.end, `;${RESUME}}`)
  }

  /** `await using` suspends the function at the end of its block, so the disposal is compiled to explicit code. */
  #openDisposal(block: Node): (() => void) | undefined {
    const declarations = children(block).filter(isUsing)
    if (!declarations.some(isAwaitUsing)) return undefined
    const disposer = `__tl_d${block.start}`
    for (const declaration of declarations) this.#disposers.set(declaration, disposer)
    this.#insert(block.start + 1, `const ${disposer}=__tl_d();try{`)
    return () =>
      this.#close(
        block.end - 1,
        `}catch(e){${RESUME}${disposer}.fail(e)}finally{${RESUME}for(let n;n=${disposer}.next();)try{` +
          `const p=${disposer}.run(n);if(n.isAsync)__tl_r(await __tl_s(p${SAVE}),${C})` +
          `}catch(e){${RESUME}${disposer}.caught(e)}${disposer}.end()}`,
      )
  }

  #openUsing(node: Node): (() => void) | undefined {
    const disposer = this.#disposers.get(node)
    if (disposer === undefined) return undefined
    const keyword = /^(?:await\s+)?using/.exec(this.#code.slice(node.start, node.end))?.[0] ?? ''
    this.#edits.update(node.start, node.start + keyword.length, 'const')
    const values = children(node).map((declarator) => child(declarator, 'init'))
    for (const value of values) if (value !== undefined) this.#insert(value.start, `${disposer}.use((`)
    return () => {
      for (const value of values) if (value !== undefined) this.#close(value.end, `),${isAwaitUsing(node)})`)
    }
  }

  /** The position right after `=>`, before any parentheses of the body. */
  #afterArrow(arrow: Node, body: Node): number {
    const parameters = field(arrow, 'params')
    const last = Array.isArray(parameters) ? (parameters as Node[]).at(-1) : undefined
    const from = last?.end ?? arrow.start
    const between = this.#code.slice(from, body.start)
    // A comment may contain an arrow, so comments are replaced by spaces.
    const bare = between.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => ' '.repeat(comment.length))
    return from + bare.indexOf('=>') + 2
  }

  #insert(at: number, text: string): void {
    this.#edits.appendRight(at, text)
  }

  #close(at: number, text: string): void {
    this.#edits.appendLeft(at, text)
  }
}
