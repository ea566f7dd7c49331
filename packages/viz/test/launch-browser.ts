/** A browser for tests that serve pages or write them. */
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright'

/** @returns a browser that leaves nothing in the home folder */
export async function launchBrowser(executablePath: string): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'tsorch-viz-'))
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder }
  const args = ['--no-first-run', '--disable-background-networking', '--disable-sync']
  const browser = await chromium.launch({ executablePath, args, env })
  browser.on('disconnected', () => rmSync(folder, { recursive: true, force: true }))
  return browser
}
