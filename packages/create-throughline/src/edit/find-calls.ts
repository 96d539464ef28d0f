import type { CallExpression, Statement } from '@babel/types'

/** The calls of functions and methods that are named `name`, in a node and in the nodes below it. */
export function findCalls(node: unknown, name: string): CallExpression[] {
  if (Array.isArray(node)) return node.flatMap((each) => findCalls(each, name))
  if (typeof node !== 'object' || node === null || !('type' in node)) return []
  const inner = Object.values(node).flatMap((each) => findCalls(each, name))
  return isCall(node as Statement | CallExpression, name) ? [node as CallExpression, ...inner] : inner
}

function isCall(node: Statement | CallExpression, name: string): boolean {
  if (node.type !== 'CallExpression') return false
  const { callee } = node
  const called = callee.type === 'MemberExpression' ? callee.property : callee
  return called.type === 'Identifier' && called.name === name
}
