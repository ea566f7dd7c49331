/** What `npm start -- --viz` shows of the training: loss and accuracy, filters, mistakes, and the network itself. */
import { stack, type Tensor, tensor } from '@tsorch/core'
import { type MNIST, utils } from '@tsorch/vision'
import type { Visdom, Watch } from '@tsorch/viz'
import type { Net } from './net.js'
import type { Evaluation, Mistake } from './train.js'

/** Pixels of the page for one of a filter's weights, and for one of a digit's pixels. */
const FILTER_SCALE = 12
const DIGIT_SCALE = 3

/** Mistakes that are shown of each epoch. */
const MOST_MISTAKES = 24

/** Windows that follow a training. */
export class Board {
  readonly #viz: Visdom
  readonly #net: Net
  readonly #test: MNIST
  readonly #stepsPerEpoch: number
  #watching: Watch | null = null
  #steps = 0

  constructor(viz: Visdom, net: Net, test: MNIST, stepsPerEpoch: number) {
    this.#viz = viz
    this.#net = net
    this.#test = test
    this.#stepsPerEpoch = stepsPerEpoch
  }

  /** The loss of a mini-batch. Its window is the first. */
  step(loss: number): void {
    const X = [this.#steps++ / this.#stepsPerEpoch]
    this.#viz.line([loss], {
      X,
      win: 'loss',
      update: 'append',
      opts: { title: 'loss', xlabel: 'epoch', ylabel: 'loss' },
    })
    if (this.#watching !== null) return
    // a few histograms an epoch, however long it is
    this.#watching = this.#viz.watch(this.#net, { every: Math.max(Math.round(this.#stepsPerEpoch / 4), 1) })
    this.#showFilters('first step')
  }

  /** The test after an epoch, counted from 1. */
  epoch(epoch: number, { accuracy, mistakes }: Evaluation): void {
    const opts = { title: 'test accuracy', xlabel: 'epoch', ylabel: '%', markers: true }
    this.#viz.line([100 * accuracy], { X: [epoch], win: 'accuracy', update: 'append', opts })
    this.#showFilters(`epoch ${epoch}`)
    if (mistakes.length > 0) this.#showMistakes(epoch, mistakes)
  }

  /** The training is over. */
  end(): void {
    this.#watching?.unwatch()
  }

  /** The weights of the first convolution as pictures: black is the least of each, white the greatest. */
  #showFilters(caption: string): void {
    const weights = this.#net.conv1.weight.detach()
    const low = weights.amin([1, 2, 3], true)
    const shades = weights.sub(low).div(weights.amax([1, 2, 3], true).sub(low))
    const filters = enlarged(shades, FILTER_SCALE)
    const opts = { title: 'filters of conv1', caption, store_history: true }
    this.#viz.images(filters, { nrow: 5, padding: 4, win: 'filters', opts })
  }

  #showMistakes(epoch: number, mistakes: readonly Mistake[]): void {
    const shown = mistakes.slice(0, MOST_MISTAKES)
    const digits = stack(shown.map(({ index }) => this.#test.data.at(index).float().div(255).unsqueeze(0)))
    // a line of text fits between two rows of digits
    const [padding, nrow] = [14, 6]
    const tile = 28 * DIGIT_SCALE
    const grid = utils.makeGrid(enlarged(digits, DIGIT_SCALE), { nrow, padding, padValue: 0.25 })
    const corners = shown.map((_, i) => {
      const x = padding + (i % nrow) * (tile + padding)
      const y = padding + Math.floor(i / nrow) * (tile + padding)
      return [x - 1, y - 12, x + tile, y + tile]
    })
    const labels = shown.map(({ predicted, truth }) => `${predicted} not ${truth}`)
    const image = utils.drawBoundingBoxes(grid, tensor(corners), { labels, colors: 'orange', fillLabels: true })
    const caption = `epoch ${epoch}: ${mistakes.length} of ${this.#test.length} are wrong`
    const opts = { title: 'misclassified digits', caption, store_history: true }
    this.#viz.image(image, { win: 'mistakes', opts })
  }
}

/** Images of shape [N, C, H, W], each pixel a square of them. */
function enlarged(images: Tensor, scale: number): Tensor {
  return images.repeatInterleave(scale, 2).repeatInterleave(scale, 3)
}
