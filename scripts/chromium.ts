import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright'

/** The executable of a browser of Chromium's family, or the reason why there is none. */
export type ChromiumSearch = { readonly path: string } | { readonly path: undefined; readonly reason: string }

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']

function usualPlaces(): string[] {
  const env = process.env
  switch (process.platform) {
    case 'darwin':
      return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((app) =>
        ['/Applications', join(homedir(), 'Applications')].map((folder) =>
          join(folder, `${app}.app/Contents/MacOS/${app}`),
        ),
      )
    case 'win32':
      return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
        .filter((folder) => folder !== undefined)
        .flatMap((folder) =>
          [
            'Google/Chrome/Application/chrome.exe',
            'Chromium/Application/chrome.exe',
            'Microsoft/Edge/Application/msedge.exe',
          ].map((file) => join(folder, file)),
        )
    default: {
      const folders = [...(env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin']
      return commands.flatMap((command) => folders.map((folder) => join(folder, command)))
    }
  }
}

/**
 * Looks for a browser to run the tests in: `CHROMIUM_PATH` if it is set, the one that Playwright downloaded if there
 * is one, then the places where a system keeps it.
 */
export function findChromium(): ChromiumSearch {
  const given = process.env.CHROMIUM_PATH
  if (given) {
    if (!existsSync(given)) throw new Error(`CHROMIUM_PATH is ${given}, but there is no such file`)
    return { path: given }
  }
  const path = [chromium.executablePath(), ...usualPlaces()].find((place) => existsSync(place))
  if (path !== undefined) return { path }
  return {
    path: undefined,
    reason: 'no Chromium, Chrome or Edge found in the usual places; set CHROMIUM_PATH to the executable of one',
  }
}
