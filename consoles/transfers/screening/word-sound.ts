/**
 * How a word sounds, written so that the spellings which alphabets and countries give the same sound come out alike: each sound is
 * one letter, double letters are one. Capitals stand for sounds of two letters: S sh, C ch, X kh, J zh and dj.
 */
export function soundOf(latin: string): string {
  let sound = latin
  for (const [spelling, letter] of SPELLINGS) {
    if (sound.includes(spelling)) sound = sound.replaceAll(spelling, letter)
  }
  sound = sound
    .replace(/c(?=[eiy])/g, 's')
    .replace(/c/g, 'k')
    .replace(/y/g, 'i')
    .replace(/(.)\1+/gu, '$1')
  return sound.length > 2 ? sound.replace(/(?<=[aeiou])h$/, '') : sound
}

/** Longer spellings first: each takes its letters out of reach of the shorter ones. */
const SPELLINGS: readonly (readonly [spelling: string, sound: string])[] = [
  ['shch', 'S'],
  ['tsch', 'C'],
  ['sch', 'S'],
  ['tch', 'C'],
  ['dzh', 'J'],
  ['sh', 'S'],
  ['ch', 'C'],
  ['kh', 'X'],
  ['zh', 'J'],
  ['dj', 'J'],
  ['ph', 'f'],
  ['gh', 'g'],
  ['dh', 'd'],
  ['th', 't'],
  ['ck', 'k'],
  ['tz', 'ts'],
  ['q', 'k'],
  ['x', 'ks'],
  ['iyy', 'i'],
  ['ou', 'u'],
  ['oo', 'u'],
  ['ue', 'u'],
  ['oe', 'o'],
  ['ae', 'e'],
  ['ee', 'i'],
  ['ie', 'i'],
  ['ij', 'i'],
  ['iy', 'i'],
  ['yi', 'i'],
  ['ai', 'e'],
  ['ay', 'e'],
  ['ei', 'e'],
  ['ey', 'e'],
  ['ej', 'e'],
]

/** The consonants of a sound, in which spellings with other vowels agree; w is a vowel in some of them. */
export function bonesOf(sound: string): string {
  return sound.replace(/[aeiouw]/g, '').replace(/(.)\1+/gu, '$1')
}
