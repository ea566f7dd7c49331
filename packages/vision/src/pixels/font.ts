/** Letters of 5 x 7 pixels. */
import type { Image } from '../image.js'
import { drawSpan, type Ink } from './draw.js'

/** Distance of two letters. */
const advance = 6
const rowsOfLetter = 7

// The printable characters of ASCII, from the space on: for each of the seven rows a digit in base 32, its highest bit on the left.
const letters: readonly string[] = [
  '0000000 4444404 aaa0000 aavavaa 4fke5u4 pp248jj cik8lid 4440000 2488842 8422248 04lel40 044v440 0000c48 000v000 00000cc',
  '01248g0 ehjlphe 4c4444e eh1248v v2421he 26aiv22 vgu11he 68guhhe v124888 ehhehhe ehhf12c 0cc0cc0 0cc0c48 248g842 00v0v00',
  '8421248 eh12404 eh1dlle ehhvhhh uhhuhhu ehggghe sihhhis vgguggv vgguggg ehgnhhf hhhvhhh e44444e 72222ic hikokih ggggggv',
  'hrllhhh hhpljhh ehhhhhe uhhuggg ehhhlid uhhukih fgge11u v444444 hhhhhhe hhhhha4 hhhllrh hha4ahh hha4444 v1248gv e88888e',
  '0g84210 e22222e 4ah0000 000000v 8420000 00e1fhf ggmphhu 00egghe 11djhhf 00ehvge 698s888 0fhhf1e ggmphhh 40c444e 20622ic',
  'ggikoki c44444e 00qllhh 00mphhh 00ehhhe 00uhugg 00djf11 00mpggg 00ege1u 88s8896 00hhhjd 00hhha4 00hhlla 00ha4ah 00hhf1e',
  '00v248v 2448442 4444444 8442448 008l200',
].flatMap((line) => line.split(' '))

function letterOf(character: string): string {
  return letters[character.charCodeAt(0) - 32] ?? letters['?'.charCodeAt(0) - 32]!
}

/** Width and height of a text, which may have several lines. */
export function textSize(text: string): [width: number, height: number] {
  const lines = text.split('\n')
  const longest = Math.max(...lines.map((line) => [...line].length))
  return [Math.max(longest * advance - 1, 0), lines.length * (rowsOfLetter + 2) - 2]
}

/** Writes a text with its upper left corner at (x, y). */
export function drawText(image: Image, x: number, y: number, text: string, ink: Ink): void {
  for (const [line, content] of text.split('\n').entries()) {
    for (const [i, character] of [...content].entries()) {
      for (const [row, digit] of [...letterOf(character)].entries()) {
        const bits = Number.parseInt(digit, 32)
        for (let column = 0; column < 5; column++) {
          const at = x + i * advance + column
          if (bits & (16 >> column)) drawSpan(image, at, at, y + line * (rowsOfLetter + 2) + row, ink)
        }
      }
    }
  }
}
