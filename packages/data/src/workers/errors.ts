/** What went wrong in a worker, thrown again in the program. */
import { IndexError, NotImplementedError, RuntimeError, ValueError } from '@tsorch/core'
import type { Failed } from './messages.js'

const classes: Readonly<Record<string, new (message: string) => Error>> = {
  IndexError,
  NotImplementedError,
  RuntimeError,
  ValueError,
  TypeError,
  RangeError,
  ReferenceError,
  SyntaxError,
}

/** An error of the class that was thrown, which names the worker and the sample and shows where it came from. */
export function errorOf(worker: number, { name, message, stack, sample, task }: Failed): Error {
  const where = task === null ? ', which did not start' : sample === null ? '' : `, at sample ${sample}`
  const Class = classes[name] ?? Error
  const error = new Class(
    `Caught ${name} in DataLoader worker ${worker}${where}: ${message}\nOriginal stack:\n${stack}`,
  )
  if (!(name in classes)) error.name = name
  return error
}
