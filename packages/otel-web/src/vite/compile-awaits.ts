import MagicString, { type SourceMap } from 'magic-string'
import { child, children, containsOwn, field, isFunction, type Node } from './syntax-tree.ts'

/** A compiled module. */
export interface Compiled {
  readonly code: string
  readonly map: SourceMap
}

/** The variable of a running function that holds its context since its last await. */
const C = '__tl_c'
const SAVE = `,${C},${C}??=__tl_a()`
const RESUME = `__tl_r(0,${C});`
const HELPERS = ['a', 'd', 'f', 'g', 'r', 's', 'x', 'y']

/**
 * Puts the saving of the context before every `await` and its return after it, and leaves the context when a function
 * suspends or ends. Returns `undefined` for a module without awaits, unless it imports the helpers anyway.
 *
 * @param runtime the module to import the helpers from
 * @param always whether to import the helpers, before anything else, even if there is no await
 */
export function compileAwaits(
  code: string,
  program: Node,
  runtime: string,
  source: string,
  always = false,
): Compiled | undefined {
  if (code.includes('__tl_')) return undefined
  const edits = new MagicString(code)
  const compiler = new Compiler(edits, code)
  compiler.compile(program)
  if (!compiler.changed && !always) return undefined
  const imports = HELPERS.map((name) => `${name} as __tl_${name}`).join(',')
  compiler.begin(program, `import{${imports}}from${JSON.stringify(runtime)};`)
  return {
    code: edits.toString(),
    map: edits.generateMap({ source, includeContent: true, hires: 'boundary' }),
  }
}

/** Openings are written before, closings after what lies below a node, so that they nest. */
class Compiler {
  changed = false
  readonly #edits: MagicString
  readonly #code: string
  /** Loops whose label carries what goes around them. */
  readonly #labelledLoops = new Set<Node>()
  /** The variable that disposes of what a declaration declares. */
  readonly #disposers = new Map<Node, string>()

  constructor(edits: MagicString, code: string) {
    this.#edits = edits
    this.#code = code
  }

  /** Compiles a module or a function, and every function below it. */
  compile(scope: Node): void {
    const awaits =
      (scope.type === 'Program' || field(scope, 'async') === true) &&
      containsOwn(scope, isSuspension) &&
      !redeclares(scope)
    const close = awaits ? this.#openScope(scope) : undefined
    for (const below of children(scope)) this.#visit(below, awaits)
    close?.()
  }

  /** Puts code at the beginning of the module: after what has to come first, a hashbang and directives. */
  begin(program: Node, code: string): void {
    const hashbang = /^#!.*/.exec(this.#code)?.[0].length ?? 0
    const at = lastDirective(program)?.end ?? hashbang
    // Before what the first statement begins with.
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

  /** Resumes the context after a statement that suspends at its end, whichever way it ends. */
  #openAround(node: Node): () => void {
    this.#labelledLoops.add(labelled(node))
    this.#insert(node.start, '{')
    return () => this.#close(node.end, `;${RESUME}}`)
  }

  /** `await using` suspends at the end of its block: what the engine does there is written out. */
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

  /** The place right after `=>`, before the parentheses of the body, if any. */
  #afterArrow(arrow: Node, body: Node): number {
    const parameters = field(arrow, 'params')
    const last = Array.isArray(parameters) ? (parameters as Node[]).at(-1) : undefined
    const from = last?.end ?? arrow.start
    const between = this.#code.slice(from, body.start)
    // Comments are blanked out, at their length: one may contain an arrow.
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

/** The last of the directives that a module or a function begins with. */
function lastDirective(body: Node): Node | undefined {
  return children(body).findLast((statement) => typeof field(statement, 'directive') === 'string')
}

/**
 * Whether a function declares one of its functions twice, or as a variable, too: inside of a block, where its statements
 * are put, that is forbidden.
 */
function redeclares(scope: Node): boolean {
  const body = child(scope, 'body')
  const names = (body?.type === 'BlockStatement' ? children(body) : [])
    .filter(({ type }) => type === 'FunctionDeclaration')
    .map((declaration) => nameOf(child(declaration, 'id')))
  if (names.length === 0) return false
  const isNamed = (node: Node) => names.includes(nameOf(node))
  const isVariable = (node: Node) =>
    node.type === 'VariableDeclaration' &&
    field(node, 'kind') === 'var' &&
    children(node)
      .map((declarator) => child(declarator, 'id'))
      .some((id) => id !== undefined && (isNamed(id) || containsOwn(id, isNamed)))
  return new Set(names).size < names.length || containsOwn(scope, isVariable)
}

function nameOf(node: Node | undefined): unknown {
  return node?.type === 'Identifier' ? field(node, 'name') : undefined
}

function isSuspension(node: Node): boolean {
  return node.type === 'AwaitExpression' || isForAwait(node) || isAwaitUsing(node)
}

function isForAwait(node: Node): boolean {
  return node.type === 'ForOfStatement' && field(node, 'await') === true
}

function isUsing(node: Node): boolean {
  return node.type === 'VariableDeclaration' && /using$/.test(String(field(node, 'kind')))
}

function isAwaitUsing(node: Node): boolean {
  return node.type === 'VariableDeclaration' && field(node, 'kind') === 'await using'
}

/** The statement below its labels. */
function labelled(node: Node): Node {
  const body = node.type === 'LabeledStatement' ? child(node, 'body') : undefined
  return body === undefined ? node : labelled(body)
}
