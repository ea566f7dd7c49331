#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type Command, readArguments, USAGE } from './arguments.js'
import { serve } from './serve.js'

async function main(): Promise<void> {
  const command = readCommand()
  if (command.kind === 'help') return void process.stdout.write(USAGE)
  if (command.kind === 'version') return void process.stdout.write(`${readVersion()}\n`)
  const { options, isOpened } = command
  const server = await serve({ ...options, warn: (line) => console.error(line) })
  const end = (): void => {
    // who asks twice has waited long enough
    for (const signal of signals) process.off(signal, end).once(signal, () => process.exit(130))
    server.close().then(
      () => process.exit(0),
      (error) => fail(error),
    )
  }
  for (const signal of signals) process.on(signal, end)
  console.log(`tsorch-viz is at ${server.url} (Ctrl+C ends it)`)
  if (isOpened) openInBrowser(server.url)
}

const signals = ['SIGINT', 'SIGTERM'] as const

function readCommand(): Command {
  try {
    return readArguments(process.argv.slice(2), process.env)
  } catch (error) {
    console.error(`${(error as Error).message}\n\ntsorch-viz --help lists what it takes`)
    process.exit(2)
  }
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}

function openInBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url]
  const browser = spawn(program!, args, { stdio: 'ignore', detached: true })
  browser.on('error', () => console.error(`no browser could be started: open ${url}`))
  browser.unref()
}

function fail(error: unknown): never {
  console.error((error as Error).message)
  process.exit(1)
}

main().catch(fail)
