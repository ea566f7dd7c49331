import type { Node } from './node.js'

/** Nodes by order of creation, latest first: a binary heap. */
export class Queue {
  private readonly items: Node[] = []

  get size(): number {
    return this.items.length
  }

  push(node: Node): void {
    const items = this.items
    let i = items.length
    items.push(node)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (items[parent]!.seq >= node.seq) break
      items[i] = items[parent]!
      i = parent
    }
    items[i] = node
  }

  pop(): Node {
    const items = this.items
    const top = items[0]!
    const last = items.pop()!
    const n = items.length
    if (n > 0) {
      let i = 0
      for (;;) {
        let child = 2 * i + 1
        if (child >= n) break
        if (child + 1 < n && items[child + 1]!.seq > items[child]!.seq) child++
        if (items[child]!.seq <= last.seq) break
        items[i] = items[child]!
        i = child
      }
      items[i] = last
    }
    return top
  }
}
