/** What the command line asks for. */
export interface Arguments {
  /** All 60,000 images instead of the 2,000 in the repository. */
  readonly full: boolean
  /** A folder with the IDX files; the repository's own if null. */
  readonly data: string | null
  readonly epochs: number
  readonly seed: number
}

/** Something the user can put right: shown as one line, exit code 2. */
export class UsageError extends Error {}

export const usage = 'npm start -- [--full] [--data FOLDER] [--epochs N] [--seed N]'

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
  for (let i = 0; i < argv.length; i++) {
    const flag = argv[i]!
    if (flag === '--full') full = true
    else if (flag === '--data') {
      data = argv[++i] ?? null
      if (data === null) throw new UsageError('--data needs a folder')
    } else if (flag === '--epochs') epochs = wholeNumber(flag, argv[++i], 1)
    else if (flag === '--seed') seed = wholeNumber(flag, argv[++i], 0)
    else throw new UsageError(`unknown argument '${flag}'; usage: ${usage}`)
  }
  if (full && data !== null) throw new UsageError('--full and --data exclude each other')
  return { full, data, epochs, seed }
}
