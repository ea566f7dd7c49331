/** Transforms that draw random numbers: with the same seed they do to an image what torchvision does to PIL's. */
import { arange, manualSeed, rand, type Tensor, tensor, ValueError } from '@tsorch/core'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { type Image, transforms } from '../src/index.js'
import { checksum, testImage } from './images.js'

const {
  AugMix,
  AutoAugment,
  CenterCrop,
  ColorJitter,
  Compose,
  GaussianBlur,
  Lambda,
  Pad,
  RandAugment,
  RandomAffine,
  RandomApply,
  RandomChoice,
  RandomCrop,
  RandomErasing,
  RandomHorizontalFlip,
  RandomOrder,
  RandomResizedCrop,
  RandomRotation,
  Resize,
  ToTensor,
} = transforms

// torchvision 0.28.0 with Pillow 12.3.0 and the seeds 0, 1, 2, 3: checksums of the images, and the next random number after the last
const drawn: [name: keyof typeof transforms, args: unknown[], checksums: number[], next: number][] = [
