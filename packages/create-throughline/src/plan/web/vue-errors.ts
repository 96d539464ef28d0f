import type { CallExpression, Expression, Statement } from '@babel/types'
import { findCalls } from '../../edit/find-calls.ts'
import {
  endOf,
  findConstant,
  importedName,
  inStyleOf,
  insertStatements,
  type Module,
  mentions,
  startWithComments,
} from '../../edit/module.ts'
import { unwrap } from '../../edit/object.ts'
import { afterCommentAt, type Edit, insertAt, withoutComments } from '../../edit/text.ts'

/** The names that a new constant may get. */
const NAMES = ['app', 'vueApp']
const CREATORS = ['createApp', 'createSSRApp']
/** Methods of an app that return it. https://vuejs.org/api/application.html */
const CHAINED = /^(?:use|component|directive|mixin|provide)$/

/**
 * The edits that make Vue's error handler report to `tracing`, before the app is mounted. An app that is created and mounted
 * by one expression becomes a constant. `undefined` if the module has a handler, or does not create an app at its top level.
 */
export function reportVueErrors(module: Module): readonly Edit[] | undefined {
  if (mentions(module, 'errorHandler') || mentions(module, 'tracing')) return undefined
  // Which of several apps a handler belongs to is for the user to say.
  if (CREATORS.flatMap((name) => findCalls(module.statements, name)).length > 1) return undefined
  for (const statement of module.statements) {
    const call = mountIn(statement)
    const root = call && rootOf(call.callee.object)
    if (!root) continue
    if (root.type === 'Identifier') {
      if (!findConstant(module, root.name)) continue
      return [
        insertAt(startWithComments(module, statement), `${handler(module, root.name)}${module.newline}`),
      ]
    }
    if (isCreateApp(module, root)) return splitMount(module, statement, call)
  }
  return reportAfterCreation(module)
}

type MountCall = CallExpression & { readonly callee: { readonly object: Expression } }

/** The call of `mount` in a statement, if it is all of the statement, or the value of its only variable. */
function mountIn(statement: Statement): MountCall | undefined {
  const [variable, ...others] = statement.type === 'VariableDeclaration' ? statement.declarations : []
  const value = statement.type === 'ExpressionStatement' ? statement.expression : variable?.init
  if (value?.type !== 'CallExpression' || others.length > 0) return undefined
  const { callee } = value
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined
  return callee.property.name === 'mount' ? (value as MountCall) : undefined
}

/** The expression that methods are called on, as long as they return the app. */
function rootOf(expression: Expression): Expression {
  const value = unwrap(expression)
  if (value.type !== 'CallExpression' || value.callee.type !== 'MemberExpression') return value
  const { object, property } = value.callee
  const isChained = property.type === 'Identifier' && CHAINED.test(property.name)
  return isChained ? rootOf(object as Expression) : value
}

function isCreateApp(module: Module, value: Expression): boolean {
  return value.type === 'CallExpression' && CREATORS.includes(importedName(module, value.callee) ?? '')
}

/** Makes `const app = createApp(App)` and `app.mount()` of `createApp(App).mount()`. */
function splitMount(module: Module, statement: Statement, { callee }: MountCall): Edit[] | undefined {
  const name = NAMES.find((each) => !mentions(module, each))
  const { object } = callee
  const { property } = callee as unknown as { property: Expression }
  const start = statement.start ?? 0
  // A comment for the compiler may be about either part.
  if (name === undefined || startWithComments(module, statement) !== start) return undefined
  const [from, end, to] = [object.start ?? 0, object.end ?? 0, property.start ?? 0]
  const between = withoutComments(module.text.slice(end, to))
  if (between.trim() !== '.') return undefined
  const { newline, semicolon } = module
  const comments = module.text.slice(end, end + between.indexOf('.')).trimEnd()
  const app = module.text.slice(from, end) + semicolon + comments
  const declaration = `const ${name} = ${app}${newline}${handler(module, name)}${newline}`
  return [insertAt(start, declaration), { offset: from, length: to - from, content: `${name}.` }]
}

/** Reports errors of an app that is mounted elsewhere, as in `router.isReady().then(() => app.mount('#app'))`. */
function reportAfterCreation(module: Module): Edit[] | undefined {
  for (const statement of module.statements) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration?.type !== 'VariableDeclaration' || declaration.declarations.length > 1) continue
    const [variable] = declaration.declarations
    const root = variable?.init && rootOf(variable.init)
    if (variable?.id.type !== 'Identifier' || !root || !isCreateApp(module, root)) continue
    const end = afterCommentAt(module.text, endOf(module, statement))
    return [insertStatements(module, end, `\n${handlerOf(variable.id.name)}`)]
  }
  return undefined
}

function handler(module: Module, app: string): string {
  return inStyleOf(module, handlerOf(app))
}

function handlerOf(app: string): string {
  return `// Vue catches errors of handlers, async ones too, and of rendering.
${app}.config.errorHandler = (error, _instance, info) => {
  tracing.recordError(error, { 'vue.info': info });
  console.error(error);
};`
}
