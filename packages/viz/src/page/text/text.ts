/** All that a page says, in one language. */
import { en } from './en.js'
import { zh } from './zh.js'

export interface Text {
  readonly environments: string
  readonly searchEnvironments: string
  readonly noEnvironments: string
  readonly noMatch: string
  readonly compareHint: string
  readonly compare: (count: number) => string
  readonly selectAll: string
  readonly fork: string
  readonly forkAs: string
  readonly saveNow: string
  readonly deleteEnv: string
  readonly clearEnv: string
  readonly confirmDelete: (env: string) => string
  readonly confirmClear: (count: number) => string
  readonly online: string
  readonly offline: string
  readonly connecting: string
  readonly readonly: string
  readonly panes: string
  readonly runs: string
  readonly filter: string
  readonly filterHint: string
  readonly plotSettings: string
  readonly smoothing: string
  readonly smoothingHint: string
  readonly noColumn: string
  readonly xAxis: string
  readonly step: string
  readonly relative: string
  readonly time: string
  readonly epoch: string
  readonly logX: string
  readonly logY: string
  readonly follow: string
  readonly followHint: string
  readonly layout: string
  readonly arrange: string
  readonly arrangeSizes: string
  readonly saveLayout: string
  readonly layoutName: string
  readonly deleteLayout: (name: string) => string
  readonly theme: string
  readonly auto: string
  readonly light: string
  readonly dark: string
  readonly exportAll: string
  readonly exportJSON: string
  readonly exportHTML: string
  readonly settings: string
  readonly more: string
  readonly close: string
  readonly cancel: string
  readonly ok: string
  readonly dismiss: string
  readonly maximize: string
  readonly restore: string
  readonly collapse: string
  readonly expand: string
  readonly moveHint: string
  readonly resetZoom: string
  readonly downloadAs: (format: string) => string
  readonly heat: string
  readonly untitled: string
  readonly loading: string
  readonly emptyTitle: string
  readonly emptyHint: string
  readonly nothingFiltered: string
  readonly alerts: (count: number) => string
  readonly isNotFinite: string
  readonly flagged: (trace: string, message: string) => string
  readonly image: string
  readonly imageHint: string
  readonly frame: (index: number, count: number) => string
  readonly latest: string
  readonly newText: string
  readonly unknownType: (type: string) => string
  readonly drawFailed: (message: string) => string
  readonly points: (count: number) => string
  readonly back: string
  readonly embeddingsHint: string
  readonly environment: string
  readonly started: string
  readonly duration: string
  readonly pointCount: string
  readonly last: string
  readonly min: string
  readonly max: string
  readonly columns: string
  readonly filterRuns: string
  readonly noRuns: string
  readonly overlay: (count: number) => string
  readonly open: string
  readonly parallel: string
  readonly scatter: string
  readonly table: string
  readonly colorBy: string
  readonly notFinite: (count: number) => string
  readonly needTwo: string
  readonly select: (name: string) => string
}

const texts: Readonly<Record<'en' | 'zh', Text>> = { en, zh }

export const textOf = (locale: 'en' | 'zh'): Text => texts[locale]
