import { type PageArguments, pageUsage, takePageArguments } from '../page.js'
import { UsageError } from '../usage-error.js'

/** What the command line asks for. */
export interface Arguments {
  /** All 60,000 images instead of the 2,000 in the repository. */
  readonly full: boolean
  /** A folder with the IDX files; the repository's own if null. */
  readonly data: string | null
  readonly epochs: number
  readonly seed: number
  /** A page that shows the training, or null. */
  readonly page: PageArguments | null
}

export const usage = `npm start -- [--full] [--data FOLDER] [--epochs N] [--seed N] ${pageUsage}`

function wholeNumber(flag: string, text: string | undefined, least: number): number {
  const value = Number(text)
  if (text === undefined || !Number.isInteger(value) || value < least) {
    throw new UsageError(
      `${flag} needs a whole number from ${least} on, but got ${text === undefined ? 'nothing' : `'${text}'`}`,
    )
  }
  return value
}

/** @throws UsageError for flags and values that make no sense */
export function parseArguments(argv: readonly string[]): Arguments {
  let full = false
  let data: string | null = null
  let epochs = 4
  let seed = 0
  const { page, rest } = takePageArguments(argv)
  for (let i = 0; i < rest.length; i++) {
    const flag = rest[i]!
    if (flag === '--full') full = true
    else if (flag === '--data') {
      data = rest[++i] ?? null
      if (data === null) throw new UsageError('--data needs a folder')
    } else if (flag === '--epochs') epochs = wholeNumber(flag, rest[++i], 1)
    else if (flag === '--seed') seed = wholeNumber(flag, rest[++i], 0)
    else throw new UsageError(`unknown argument '${flag}'; usage: ${usage}`)
  }
  if (full && data !== null) throw new UsageError('--full and --data exclude each other')
  return { full, data, epochs, seed, page }
}
