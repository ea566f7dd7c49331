/** Gives files to the user. */

/** Saves a file under a name, of which only harmless characters are left. */
export function download(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type: `${type};charset=utf-8` }) : content
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName(name)
  link.click()
  // the browser reads it after this task
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function fileName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a name must not have
  const safe = name.replace(/[\u0000-\u001f<>:"/\\|?*]+/g, '_').replace(/^\.+/, '')
  return safe === '' ? 'export' : safe.slice(-120)
}
