/** Transforms of images, as `torchvision.transforms`. */

export { AugMix, type AugMixOptions } from './augment/aug-mix.js'
export { AutoAugment, type AutoAugmentOptions } from './augment/auto-augment.js'
export { AutoAugmentPolicy } from './augment/policies.js'
export {
  RandAugment,
  type RandAugmentOptions,
  type TrivialAugmentOptions,
  TrivialAugmentWide,
} from './augment/rand-augment.js'
export {
  ElasticTransform,
  type ElasticTransformOptions,
  GaussianBlur,
  type GaussianBlurTransformOptions,
} from './blur.js'
export { ColorJitter, type ColorJitterOptions, type FactorRange, type JitterParams } from './color-jitter.js'
export { Compose, Lambda } from './compose.js'
export { ConvertImageDtype, PILToTensor, ToPILImage, ToTensor } from './convert.js'
export * as functional from './functional/index.js'
export { InterpolationMode } from './functional/index.js'
export { LinearTransformation, Normalize } from './normalize.js'
export {
  type ChanceOptions,
  Grayscale,
  RandomAdjustSharpness,
  RandomAutocontrast,
  RandomEqualize,
  RandomGrayscale,
  RandomHorizontalFlip,
  RandomInvert,
  RandomPosterize,
  RandomSolarize,
  RandomVerticalFlip,
} from './random-change.js'
export { RandomApply, RandomChoice, type RandomChoiceOptions, RandomOrder } from './random-choice.js'
export {
  type Box,
  RandomCrop,
  type RandomCropOptions,
  RandomResizedCrop,
  type RandomResizedCropOptions,
} from './random-crop.js'
export { RandomErasing, type RandomErasingOptions } from './random-erasing.js'
export {
  type AffineParams,
  type Corners,
  RandomAffine,
  type RandomAffineOptions,
  RandomPerspective,
  type RandomPerspectiveOptions,
  RandomRotation,
  type RandomRotationOptions,
} from './random-geometry.js'
export { CenterCrop, FiveCrop, Pad, Resize, TenCrop } from './size.js'
export { ImageTransform, Transform, type TransformFunction } from './transform.js'
