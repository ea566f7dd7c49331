import { ownModules } from './entries.js'
import type { AnyModule } from './module.js'

/** The name under which a module is printed. */
export function className(module: AnyModule): string {
  return module.constructor.name
}

/** All lines but the first moved to the right. */
export function indented(text: string): string {
  return text.split('\n').join('\n  ')
}

/** `Name(` ... `)` around lines, one below the other. */
export function bracketed(name: string, lines: readonly string[]): string {
  return lines.length === 0 ? `${name}()` : `${name}(\n  ${lines.join('\n  ')}\n)`
}

/** A module as Python prints it: what it says of itself, then its submodules. */
export function moduleText(module: AnyModule): string {
  const name = className(module)
  const extra = module.extraRepr()
  const own = extra === '' ? [] : extra.split('\n')
  const children = ownModules(module).map(({ key, value }) => `(${key}): ${indented(String(value))}`)
  if (own.length === 1 && children.length === 0) return `${name}(${extra})`
  return bracketed(name, [...own, ...children])
}
