import { existsSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'

/** A mistake on the command line: told in one line, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** What a judge's command line says. */
export interface Arguments {
  readonly folder: string
  readonly set: string | undefined
  readonly threads: string | undefined
  readonly groups: readonly string[] | undefined
  readonly json: string | undefined
}

/**
 * Reads `DIR [--set NAME] [--threads N] [--group A,B] [--json FILE]`.
 *
 * @throws UsageError for anything else
 */
export function readArguments(usage: string, args: readonly string[]): Arguments {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('\n')[0]} (usage: ${usage})`)
  }
  const { values, positionals } = parsed
  const [folder, ...rest] = positionals
  if (folder === undefined) throw new UsageError(`no folder given (usage: ${usage})`)
  if (rest.length > 0) throw new UsageError(`one folder at a time, but got also ${rest.join(' ')} (usage: ${usage})`)
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UsageError(`${folder} is no folder`)
  const { set, threads, json } = values
  return { folder, set, threads, groups: values.group?.split(',').map((g) => g.trim()), json }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      set: { type: 'string' },
      threads: { type: 'string' },
      group: { type: 'string' },
      json: { type: 'string' },
    },
  })
}

/** Runs a command: exit code 1 if it found a failure, 2 with one line for a mistake in its use. */
export async function runCommand(command: () => Promise<{ failed: number }>): Promise<void> {
  try {
    const { failed } = await command()
    process.exitCode = failed > 0 ? 1 : 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
}
