/** Pictures of tensors, as `torchvision.utils`. */

export type { Color } from './colors.js'
export { type BoundingBoxOptions, drawBoundingBoxes } from './draw-boxes.js'
export { drawKeypoints, type KeypointOptions } from './draw-keypoints.js'
export { drawSegmentationMasks, type SegmentationMaskOptions } from './draw-masks.js'
export { flowToImage } from './flow.js'
export { type MakeGridOptions, makeGrid, type SaveImageOptions, saveImage } from './make-grid.js'
