/** Places for the nodes of a network. */

export interface Links {
  readonly count: number
  /** numbers of nodes: from, to */
  readonly edges: readonly (readonly [number, number])[]
}

/** The layer of each node, one below all that lead to it; `null` if the edges go round in circles. */
export function layersOf({ count, edges }: Links): number[] | null {
  const [incoming, next]: [number[], number[][]] = [
    new Array<number>(count).fill(0),
    Array.from({ length: count }, () => []),
  ]
  for (const [from, to] of edges) {
    if (from === to) return null
    incoming[to]!++
    next[from]!.push(to)
  }
  const layer = new Array<number>(count).fill(0)
  const ready = incoming.flatMap((n, i) => (n === 0 ? [i] : []))
  let done = 0
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    done++
    for (const to of next[node]!) {
      layer[to] = Math.max(layer[to]!, layer[node]! + 1)
      if (--incoming[to]! === 0) ready.push(to)
    }
  }
  return done === count ? layer : null
}

/** Places in layers from top to bottom; within a layer, nodes stand near those they are linked to. */
export function layeredPlaces(links: Links, layer: readonly number[]): Float64Array {
  const rows: number[][] = []
  layer.forEach((row, node) => {
    rows[row] ??= []
    rows[row]!.push(node)
  })
  const near: number[][] = Array.from({ length: links.count }, () => [])
  for (const [from, to] of links.edges) {
    near[from]!.push(to)
    near[to]!.push(from)
  }
  const at = new Float64Array(links.count)
  const spread = (row: readonly number[]): void => {
    for (const [i, node] of row.entries()) at[node] = i - (row.length - 1) / 2
  }
  for (const row of rows) spread(row)
  for (let sweep = 0; sweep < 12; sweep++) {
    for (const row of sweep % 2 === 0 ? rows : [...rows].reverse()) {
      const mean = new Map(
        row.map((node) => [
          node,
          near[node]!.length === 0
            ? at[node]!
            : near[node]!.reduce((sum, other) => sum + at[other]!, 0) / near[node]!.length,
        ]),
      )
      row.sort((a, b) => mean.get(a)! - mean.get(b)!)
      spread(row)
    }
  }
  const places = new Float64Array(links.count * 2)
  layer.forEach((row, node) => {
    places[node * 2] = at[node]! * 1.6
    places[node * 2 + 1] = row
  })
  return places
}

/** Work that a layout by forces may take: pairs of nodes looked at. */
const MOST_PAIRS = 3e7

/** Places by forces (Fruchterman and Reingold): nodes push each other away, edges pull. The same network always has the same places. */
export function forcePlaces({ count, edges }: Links): Float64Array {
  const places = new Float64Array(count * 2)
  // on a spiral by the golden angle: evenly spread, and no two at one place
  for (let i = 0; i < count; i++) {
    const [angle, radius] = [i * 2.399963, Math.sqrt(i + 0.5)]
    places[i * 2] = Math.cos(angle) * radius
    places[i * 2 + 1] = Math.sin(angle) * radius
  }
  const rounds = Math.max(10, Math.min(250, Math.floor(MOST_PAIRS / Math.max(1, count * count))))
  const moves = new Float64Array(count * 2)
  // a pull to the middle keeps parts together that have no edge between them
  const gravity = isConnected({ count, edges }) ? 0.04 : 0.3
  for (let round = 0; round < rounds; round++) {
    moves.fill(0)
    repel(places, moves, count)
    for (const [from, to] of edges) attract(places, moves, from, to)
    const most = 1.2 * (1 - round / rounds) + 0.01
    for (let i = 0; i < count; i++) {
      const [dx, dy] = [moves[i * 2]! - places[i * 2]! * gravity, moves[i * 2 + 1]! - places[i * 2 + 1]! * gravity]
      const length = Math.hypot(dx, dy)
      if (length === 0) continue
      const step = Math.min(length, most) / length
      places[i * 2] = places[i * 2]! + dx * step
      places[i * 2 + 1] = places[i * 2 + 1]! + dy * step
    }
  }
  return places
}

function repel(places: Float64Array, moves: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const [x, y] = [places[i * 2]!, places[i * 2 + 1]!]
    for (let j = i + 1; j < count; j++) {
      const [dx, dy] = [x - places[j * 2]!, y - places[j * 2 + 1]!]
      const push = 1.6 / (dx * dx + dy * dy + 0.01)
      moves[i * 2] = moves[i * 2]! + dx * push
      moves[i * 2 + 1] = moves[i * 2 + 1]! + dy * push
      moves[j * 2] = moves[j * 2]! - dx * push
      moves[j * 2 + 1] = moves[j * 2 + 1]! - dy * push
    }
  }
}

function attract(places: Float64Array, moves: Float64Array, from: number, to: number): void {
  const [dx, dy] = [places[to * 2]! - places[from * 2]!, places[to * 2 + 1]! - places[from * 2 + 1]!]
  const pull = Math.hypot(dx, dy) * 0.5
  moves[from * 2] = moves[from * 2]! + dx * pull * 0.5
  moves[from * 2 + 1] = moves[from * 2 + 1]! + dy * pull * 0.5
  moves[to * 2] = moves[to * 2]! - dx * pull * 0.5
  moves[to * 2 + 1] = moves[to * 2 + 1]! - dy * pull * 0.5
}

/** Whether a way along edges leads from each node to each other. */
function isConnected({ count, edges }: Links): boolean {
  const group = Array.from({ length: count }, (_, i) => i)
  const find = (node: number): number => {
    let at = node
    while (group[at] !== at) {
      group[at] = group[group[at]!]!
      at = group[at]!
    }
    return at
  }
  let groups = count
  for (const [from, to] of edges) {
    const [a, b] = [find(from), find(to)]
    if (a === b) continue
    group[a] = b
    groups--
  }
  return groups <= 1
}
