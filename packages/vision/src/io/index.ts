/** Image files, as `torchvision.io`. */

export { type DecodeOptions, decodeImage, openImage, readImage } from './decode.js'
export { encodeJpeg, encodePng, type JpegOptions, type PngOptions, writeJpeg, writePng } from './encode.js'
export { ImageReadMode } from './mode.js'
