/** Functions of one variable that JavaScript lacks, to double precision. */

/** Nearest integer, half to even, with the sign of x. */
export function roundHalfEven(x: number): number {
  // from 2^52 on every number is an integer
  if (!(x < 4503599627370496 && x > -4503599627370496)) return x
  // adding 2^52 leaves no room for a fraction, so that the addition itself rounds
  const r = x > 0 ? x + 4503599627370496 - 4503599627370496 : x - 4503599627370496 + 4503599627370496
  return r === 0 ? x * 0 : r
}

/** 1 / (1 + e^-x), without overflow or loss on either side. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const e = Math.exp(x)
  return e / (1 + e)
}

// Coefficients, lowest power first.
type Polynomial = readonly number[]

function polynomial(x: number, c: Polynomial): number {
  let r = c[c.length - 1]!
  for (let i = c.length - 2; i >= 0; i--) r = r * x + c[i]!
  return r
}

// erf and erfc: W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969).
// biome-ignore format: coefficients in rows
const erfSmall: readonly [Polynomial, Polynomial] = [
  [3.20937758913846947e3, 3.77485237685302021e2, 1.13864154151050156e2, 3.1611237438705656, 1.85777706184603153e-1],
  [2.84423683343917062e3, 1.28261652607737228e3, 2.44024637934444173e2, 2.36012909523441209e1, 1],
]
// biome-ignore format: coefficients in rows
const erfcMiddle: readonly [Polynomial, Polynomial] = [
  [1.23033935479799725e3, 2.05107837782607147e3, 1.71204761263407058e3, 8.8195222124176909e2, 2.98635138197400131e2,
    6.61191906371416295e1, 8.88314979438837594, 5.64188496988670089e-1, 2.15311535474403846e-8],
  [1.23033935480374942e3, 3.43936767414372164e3, 4.36261909014324716e3, 3.29079923573345963e3, 1.62138957456669019e3,
    5.37181101862009858e2, 1.17693950891312499e2, 1.57449261107098347e1, 1],
]
// biome-ignore format: coefficients in rows
const erfcLarge: readonly [Polynomial, Polynomial] = [
  [6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1, 3.60344899949804439e-1,
    3.05326634961232344e-1, 1.63153871373020978e-2],
  [2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1, 1.87295284992346725, 2.56852019228982242, 1],
]
const inverseSqrtPi = 0.5641895835477562869

/** erf on |x| <= 0.46875. */
function erfNearZero(x: number): number {
  const y = x * x
  return (x * polynomial(y, erfSmall[0])) / polynomial(y, erfSmall[1])
}

/** erfc on x > 0.46875. */
function erfcTail(x: number): number {
  if (x > 27) return 0
  let r: number
  if (x <= 4) {
    r = polynomial(x, erfcMiddle[0]) / polynomial(x, erfcMiddle[1])
  } else {
    const y = 1 / (x * x)
    r = (inverseSqrtPi - (y * polynomial(y, erfcLarge[0])) / polynomial(y, erfcLarge[1])) / x
  }
  // e^(-x^2) in two factors: the square of the first, x to sixteenths, is exact
  const head = Math.trunc(x * 16) / 16
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head)) * r
}

export function erf(x: number): number {
  if (x > 0.46875) return 1 - erfcTail(x)
  if (x < -0.46875) return erfcTail(-x) - 1
  return erfNearZero(x)
}

export function erfc(x: number): number {
  if (x > 0.46875) return erfcTail(x)
  if (x < -0.46875) return 2 - erfcTail(-x)
  return 1 - erfNearZero(x)
}

// The normal quantile: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988), PPND16.
// biome-ignore format: coefficients in rows
const quantileCentre: readonly [Polynomial, Polynomial] = [
  [3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727],
  [1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
    28729.085735721942674, 5226.495278852854561],
]
// biome-ignore format: coefficients in rows
const quantileTail: readonly [Polynomial, Polynomial] = [
  [1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258,
    0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4],
  [1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9],
]
// biome-ignore format: coefficients in rows
const quantileFarTail: readonly [Polynomial, Polynomial] = [
  [6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123, 0.026532189526576123093,
    0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
  [1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15],
]

export function erfinv(x: number): number {
  if (!(x >= -1 && x <= 1)) return NaN
  if (x === 1 || x === -1) return x * Infinity
  // the normal quantile at (x + 1) / 2, over sqrt(2)
  const q = x / 2
  if (q <= 0.425 && q >= -0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(r, quantileCentre[0])) / polynomial(r, quantileCentre[1]) / Math.SQRT2
  }
  const r = Math.sqrt(-Math.log((1 - Math.abs(x)) / 2))
  const far = r > 5
  const [numerator, denominator] = far ? quantileFarTail : quantileTail
  const t = far ? r - 5 : r - 1.6
  const z = polynomial(t, numerator) / polynomial(t, denominator) / Math.SQRT2
  return x < 0 ? -z : z
}

// lgamma and digamma: S. L. Moshier, Methods and Programs for Mathematical Functions (1989), the Cephes library.
// biome-ignore format: coefficients in rows
const lgammaBetween2And3: readonly [Polynomial, Polynomial] = [
  [-8.53555664245765465627e5, -1.72173700820839662146e6, -1.16237097492762307383e6, -3.31612992738871184744e5,
    -3.8801631513463784092e4, -1.378251525691208591e3],
  [-2.01889141433532773231e6, -2.53252307177582951285e6, -1.13933444367982507207e6, -2.20528590553854454839e5,
    -1.70642106651881159223e4, -3.51815701436523470549e2, 1],
]
// biome-ignore format: coefficients in rows
const lgammaStirling: Polynomial = [
  8.33333333333331927722e-2, -2.77777777730099687205e-3, 7.93650340457716943945e-4, -5.95061904284301438324e-4,
  8.116141674705084503e-4,
]
const halfLogTwoPi = 0.91893853320467274178

/** log |Gamma(x)|; infinite at 0, -1, -2, ... */
export function lgamma(x: number): number {
  if (x === -Infinity || x === Infinity) return Infinity
  if (x <= 0) {
    const fraction = x - Math.round(x)
    if (fraction === 0) return Infinity
    // reflection
    return Math.log(Math.PI / Math.abs(x * Math.sin(Math.PI * fraction))) - lgamma(-x)
  }
  if (x < 13) {
    // x is moved into [2, 3); just below 2 by log1p, because the result may be close to 0
    if (x >= 0.9 && x < 2) return lgammaFrom2(x - 1) - Math.log1p(x - 1)
    let product = 1
    let u = x
    while (u >= 3) {
      u -= 1
      product *= u
    }
    if (u < 2) {
      product /= u * (u + 1)
      u += 2
    }
    return Math.log(product) + lgammaFrom2(u - 2)
  }
  const y = 1 / (x * x)
  return (x - 0.5) * Math.log(x) - x + halfLogTwoPi + polynomial(y, lgammaStirling) / x
}

/** log Gamma(2 + d), 0 <= d < 1 and somewhat below. */
function lgammaFrom2(d: number): number {
  return (d * polynomial(d, lgammaBetween2And3[0])) / polynomial(d, lgammaBetween2And3[1])
}

// biome-ignore format: coefficients in rows
const digammaAsymptotic: Polynomial = [
  8.33333333333333333333e-2, -8.33333333333333333333e-3, 3.96825396825396825397e-3, -4.16666666666666666667e-3,
  7.57575757575757575758e-3, -2.10927960927960927961e-2, 8.33333333333333333333e-2,
]

/** The logarithmic derivative of Gamma; -+infinity at +-0, NaN at the other poles. */
export function digamma(x: number): number {
  if (x === 0) return -1 / x
  if (x < 0) {
    const fraction = x - Math.trunc(x)
    if (fraction === 0) return NaN
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * fraction)
  }
  let sum = 0
  let u = x
  while (u < 10) {
    sum -= 1 / u
    u += 1
  }
  // NaN and infinity come through
  if (!(u < 1e17)) return sum + Math.log(u)
  const y = 1 / (u * u)
  return sum + Math.log(u) - 0.5 / u - y * polynomial(y, digammaAsymptotic)
}
