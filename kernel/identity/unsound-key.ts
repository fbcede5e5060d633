import type { CryptoKey } from 'jose'

const RSA_MIN_BITS = 2048
/** FIPS 186-5 §5.1: the least public exponent. With 1 anybody signs; with 3 careless padding is forged. */
const RSA_MIN_EXPONENT = 65_537n

/**
 * Why a public key must not be believed, whoever publishes it; undefined where nothing is known against it. Elliptic
 * keys are points of their curve, which their import has checked.
 */
export async function unsoundKey(key: CryptoKey): Promise<string | undefined> {
  const { algorithm } = key
  if (!('modulusLength' in algorithm)) return undefined
  const { n = '', e = '' } = await crypto.subtle.exportKey('jwk', key)
  if (Number(algorithm.modulusLength) < RSA_MIN_BITS) return `it has fewer than ${RSA_MIN_BITS} bits`
  if (integer(e) < RSA_MIN_EXPONENT) return `its public exponent is less than ${RSA_MIN_EXPONENT}`
  if (isOfWeakGenerator(integer(n)))
    return 'it was made by a generator whose keys can be factored (CVE-2017-15361)'
  return undefined
}

function integer(base64url: string): bigint {
  const hex = Buffer.from(base64url, 'base64url').toString('hex')
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}

/** Of the primes of that generator, those of which few keys of others have the mark by chance. */
const MARKED_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]
const GENERATOR = 65_537

/**
 * Nemec, Sýs, Švenda, Klinec, Matyáš, "The Return of Coppersmith's Attack" (CCS 2017) §2.2: the modulus is a power of
 * 65537 modulo each of these primes. Of other keys fewer than one in 2²⁷ are.
 */
function isOfWeakGenerator(modulus: bigint): boolean {
  return MARKED_PRIMES.every((prime) => {
    const residue = Number(modulus % BigInt(prime))
    let power = 1
    do {
      if (power === residue) return true
      power = (power * GENERATOR) % prime
    } while (power !== 1)
    return false
  })
}
