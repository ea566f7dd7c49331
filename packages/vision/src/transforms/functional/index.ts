/** Transforms without chance, as `torchvision.transforms.functional`. */

export { type GaussianBlurOptions, gaussianBlur } from './blur.js'
export {
  adjustBrightness,
  adjustContrast,
  adjustGamma,
  adjustSaturation,
  adjustSharpness,
  type GammaOptions,
  type GrayscaleOptions,
  rgbToGrayscale,
  toGrayscale,
} from './color.js'
export {
  type ConvertImageDtypeOptions,
  convertImageDtype,
  type ImageMode,
  pilToTensor,
  type ToPilImageOptions,
  toPilImage,
  toTensor,
} from './convert.js'
export {
  centerCrop,
  crop,
  type Five,
  fiveCrop,
  type ResizedCropOptions,
  resizedCrop,
  type Ten,
  type TenCropOptions,
  tenCrop,
} from './crop.js'
export { type ElasticOptions, elasticTransform } from './elastic.js'
export { hflip, vflip } from './flip.js'
export {
  type AffineOptions,
  affine,
  type PerspectiveOptions,
  perspective,
  type RotateOptions,
  rotate,
} from './geometry.js'
export { adjustHue } from './hue.js'
export {
  type Fill,
  getDimensions,
  getImageNumChannels,
  getImageSize,
  InterpolationMode,
  type Size,
} from './input.js'
export { erase, type NormalizeOptions, normalize } from './normalize.js'
export { type Padding, type PaddingMode, type PadOptions, pad } from './pad.js'
export { type ResizeOptions, resize } from './resize.js'
export { autocontrast, equalize, invert, posterize, solarize } from './tone.js'
