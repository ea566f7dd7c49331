/** `--viz`: what a program plots on the terminal is shown on a page as well. */
import { spawn } from 'node:child_process'
import { Visdom } from '@tsorch/viz'
import { serve, type VizServer } from '@tsorch/viz/server'
import { UsageError } from './usage-error.js'

/** What the command line says of the page. */
export interface PageArguments {
  /** The address of a server that runs; without, the program starts one. */
  readonly server: string | null
  /** Whether a browser is opened. */
  readonly open: boolean
}

export const pageUsage = '[--viz [http://HOST:PORT]] [--no-open]'

/** Takes what is said of the page out of the arguments; `page` is null without `--viz`. */
export function takePageArguments(argv: readonly string[]): { page: PageArguments | null; rest: string[] } {
  const rest: string[] = []
  let [isWanted, open] = [false, true]
  let server: string | null = null
  for (let i = 0; i < argv.length; i++) {
    const flag = argv[i]!
    if (flag === '--no-open') open = false
    else if (flag === '--viz') {
      isWanted = true
      if (/^https?:/.test(argv[i + 1] ?? '')) server = argv[++i]!
    } else rest.push(flag)
  }
  return { page: isWanted ? { server, open } : null, rest }
}

/** A page that shows what a program plots. */
export interface Page {
  readonly viz: Visdom
  /** The server, if it was started for this. */
  readonly server: VizServer | null
  /** Sends what is left. The server of the program goes on, and with it the page; that is said. */
  finish(): Promise<void>
}

/**
 * Connects to a server, or starts one, which keeps its plots in memory, and shows it in the browser.
 *
 * @param env what was plotted in it before is gone
 * @param port for tests: 0 for any
 * @throws UsageError for what is no address, and if there is no server at it
 */
export async function openPage({ server: address, open }: PageArguments, env: string, port?: number): Promise<Page> {
  if (address !== null && !URL.canParse(address)) throw new UsageError(`--viz: '${address}' is no address`)
  const options = { envPath: null, ...(port === undefined ? {} : { port }) }
  const server = address === null ? await serve(options) : null
  // the address of a page that wants a token has it at its end
  const token = address === null ? null : new URL(address).searchParams.get('token')
  const viz = new Visdom({ server: server ?? address!, env, ...(token === null ? {} : { token }) })
  if (server === null && !(await viz.checkConnection({ timeoutSeconds: 2 }))) {
    throw new UsageError(`--viz: no visdom server answers at ${address}`)
  }
  await viz.close()
  if (server === null) console.log(`plots are shown at ${address}, in the environment ${env}`)
  else {
    const url = `${server.url.replace(/\/(?=\?|$)/, '')}/env/${env}`
    console.log(`plots are shown at ${url}`)
    if (open) openBrowser(url)
  }
  return {
    viz,
    server,
    async finish() {
      try {
        await viz.flush()
      } catch (error) {
        console.error(`not all plots have arrived: ${(error as Error).message}`)
      }
      if (server === null) await viz.disconnect()
      else console.log(`\nThe page stays at ${server.url} until you press Ctrl-C.`)
    },
  }
}

/** Where there is no browser, the address that was printed must do. */
function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '""', url]
        : ['xdg-open', url]
  spawn(command!, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
