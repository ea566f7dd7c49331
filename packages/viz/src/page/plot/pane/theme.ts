/** Colours and letters of a pane, from the page's variables. */
import type { Style } from '../chart/chart.js'
import { luminance, parseColor } from '../color/color.js'

const LIGHT = {
  text: '#1f2933',
  muted: '#64707d',
  grid: '#e8ebef',
  axis: '#b3bcc6',
  ground: '#ffffff',
  accent: '#2f6fde',
  alarm: '#d93025',
}
const DARK = {
  text: '#e4e9ee',
  muted: '#98a4b0',
  grid: '#2b323a',
  axis: '#56616c',
  ground: '#171b20',
  accent: '#6ea8ff',
  alarm: '#ff6b60',
}

type Name = keyof typeof LIGHT

/** The page's names for them. */
const VARIABLES: Readonly<Record<Name, string>> = {
  text: '--text',
  muted: '--faint',
  grid: '--line',
  axis: '--line-strong',
  ground: '--surface',
  accent: '--focus',
  alarm: '--alert',
}

/** Reads the variables that the page sets; one that is no colour, or would not show on the ground, counts as not set. */
export function readStyle(host: Element, isDark: boolean): Style {
  const computed = getComputedStyle(host)
  const preset = isDark ? DARK : LIGHT
  const read = (name: Name): string => {
    const value = computed.getPropertyValue(VARIABLES[name]).trim()
    return parseColor(value) === null ? preset[name] : value
  }
  const ground = read('ground')
  const groundLight = luminance(parseColor(ground)!)
  const shown = (name: Name): string => {
    const value = read(name)
    return Math.abs(luminance(parseColor(value)!) - groundLight) < 0.02 && name !== 'grid' ? preset[name] : value
  }
  return {
    isDark,
    text: shown('text'),
    muted: shown('muted'),
    grid: read('grid'),
    axis: read('axis'),
    ground,
    accent: shown('accent'),
    alarm: shown('alarm'),
    size: 11.5,
    fonts: { sans: computed.fontFamily || 'system-ui, sans-serif', mono: 'ui-monospace, Menlo, Consolas, monospace' },
  }
}
