/**
 * A PyTorch name under the naming rule: snake_case to camelCase, class names and trailing underscores as they are
 * (`index_add_` to `indexAdd_`, `max_pool2d` to `maxPool2d`, `T_max` to `TMax`). Between two digits the underscore stays, as
 * they are two numbers: `mnasnet0_5`, `resnext50_32x4d`.
 */
export function camelCase(name: string): string {
  return name.replace(/(?<=[A-Za-z0-9])_([A-Za-z]|(?<![0-9]_)[0-9])/g, (_, c: string) => c.toUpperCase())
}

/** Python's operators and the functions that stand for them. */
export const operators: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '//': 'floorDivide',
  '%': 'remainder',
  '**': 'pow',
  '@': 'matmul',
  '&': 'bitwiseAnd',
  '|': 'bitwiseOr',
  '^': 'bitwiseXor',
  '~': 'bitwiseNot',
  '<<': 'bitwiseLeftShift',
  '>>': 'bitwiseRightShift',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  neg: 'neg',
  abs: 'abs',
}
