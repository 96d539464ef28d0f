import { findConstant, inStyleOf, type Module, mentions, startWithComments } from '../../edit/module.ts'
import { type Edit, insertAt } from '../../edit/text.ts'

/**
 * The edits that make Vue's error handler report to `tracing`, before the app is mounted. `undefined` if the module has
 * a handler, or does not create and mount one app by two statements.
 */
export function reportVueErrors(module: Module): readonly Edit[] | undefined {
  if (mentions(module, 'errorHandler') || mentions(module, 'tracing')) return undefined
  for (const statement of module.statements) {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') continue
    const { callee } = statement.expression
    if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') continue
    const isMount = callee.property.type === 'Identifier' && callee.property.name === 'mount'
    const { name } = callee.object
    if (isMount && findConstant(module, name))
      return [insertAt(startWithComments(module, statement), handler(module, name))]
  }
  return undefined
}

function handler(module: Module, app: string): string {
  return inStyleOf(
    module,
    `// Vue catches errors of handlers, async ones too, and of rendering.
${app}.config.errorHandler = (error, _instance, info) => {
  tracing.recordError(error, { 'vue.info': info });
  console.error(error);
};
`,
  )
}
