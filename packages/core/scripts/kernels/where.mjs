import { loop, loopName, storages } from './templates.mjs'

/** @returns {Record<string, string>} */
export function whereFiles() {
  let text = "import type { WhereLoop } from '../loops.js'\n"
  const entries = []
  for (const [kind, { array, words }] of Object.entries(storages)) {
    const name = loopName('where', kind)
    const body =
      words === 1
        ? 'o[oI] = c[cI]! !== 0 ? a[aI]! : b[bI]!'
        : `if (c[cI]! !== 0) {
  o[oI] = a[aI]!
  o[oI + 1] = a[aI + 1]!
} else {
  o[oI] = b[bI]!
  o[oI + 1] = b[bI + 1]!
}`
    text += loop(
      name,
      [
        ['o', array],
        ['c', 'Uint8Array'],
        ['a', array],
        ['b', array],
      ],
      body,
    )
    entries.push(`  ${kind}: ${name} as WhereLoop,`)
  }
  text += `\n/** By storage form. */\nexport const whereLoops: Record<${Object.keys(storages)
    .map((k) => `'${k}'`)
    .join(' | ')}, WhereLoop> = {\n${entries.join('\n')}\n}\n`
  return { 'where.ts': text }
}
