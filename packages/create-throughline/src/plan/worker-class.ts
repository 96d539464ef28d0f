import type { Expression } from '@babel/types'
import { findDeclaration, type Module } from '../edit/module.ts'
import { unwrap } from '../edit/object.ts'
import type { Project } from '../project/project.ts'
import { resolveImport } from '../project/resolve-import.ts'

/**
 * The name of the class that is the default export of a module, for code that the user adds by hand: `Entrypoint` if the class
 * has no name, `undefined` if the default export is not a class.
 */
export function findDefaultClass(project: Project, module: Module): string | undefined {
  for (const statement of module.statements) {
    if (statement.type === 'ExportDefaultDeclaration') {
      const { declaration } = statement
      if (declaration.type === 'ClassDeclaration') return declaration.id?.name ?? 'Entrypoint'
      const value = unwrap(declaration as Expression)
      if (value.type === 'ClassExpression') return value.id?.name ?? 'Entrypoint'
      return value.type === 'Identifier' && isClass(project, module, value.name) ? value.name : undefined
    }
    if (statement.type !== 'ExportNamedDeclaration' || statement.source) continue
    for (const specifier of statement.specifiers) {
      if (specifier.type !== 'ExportSpecifier') continue
      const { local, exported } = specifier
      const isDefault = exported.type === 'Identifier' && exported.name === 'default'
      if (isDefault && isClass(project, module, local.name)) return local.name
    }
  }
  return undefined
}

/** True if a name is a class of the module, or of the module of the project that it is imported from. */
function isClass(project: Project, module: Module, name: string): boolean {
  for (const statement of module.statements) {
    if (statement.type !== 'ImportDeclaration') continue
    const specifier = statement.specifiers.find(({ local }) => local.name === name)
    if (!specifier) continue
    const path = resolveImport(project, module.path, statement.source.value)
    const text = (path && project.read(path)) || ''
    return specifier.type === 'ImportDefaultSpecifier'
      ? /^export default class\b/m.test(text)
      : new RegExp(`\\bclass ${name}\\b`).test(text)
  }
  return findDeclaration(module, name)?.type === 'ClassDeclaration'
}
