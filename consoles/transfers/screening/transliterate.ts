/**
 * Letters of other alphabets in Latin ones. Cyrillic as in passports (ICAO Doc 9303 part 3, section 6.B), Greek by ISO 843 type 2
 * (ELOT 743), Arabic and Persian by the consonants of the ALA-LC tables; short vowels are not written in Arabic, so words of it are
 * compared without any. Other scripts (Han, Hangul, Hebrew …) stay as they are: such names match letter for letter only.
 */
const CYRILLIC: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  й: 'i',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'kh',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'shch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'iu',
  я: 'ia',
  і: 'i',
  ї: 'i',
  є: 'ie',
  ґ: 'g',
  ў: 'u',
  ђ: 'd',
  љ: 'lj',
  њ: 'nj',
  ћ: 'c',
  џ: 'dz',
  ѓ: 'g',
  ќ: 'k',
  ѕ: 'dz',
  ј: 'j',
  қ: 'q',
  ғ: 'gh',
  ң: 'n',
  ө: 'o',
  ү: 'u',
  ұ: 'u',
  һ: 'h',
  ә: 'a',
}

const GREEK: Readonly<Record<string, string>> = {
  α: 'a',
  β: 'v',
  γ: 'g',
  δ: 'd',
  ε: 'e',
  ζ: 'z',
  η: 'i',
  θ: 'th',
  ι: 'i',
  κ: 'k',
  λ: 'l',
  μ: 'm',
  ν: 'n',
  ξ: 'x',
  ο: 'o',
  π: 'p',
  ρ: 'r',
  σ: 's',
  ς: 's',
  τ: 't',
  υ: 'y',
  φ: 'f',
  χ: 'ch',
  ψ: 'ps',
  ω: 'o',
}

const ARABIC: Readonly<Record<string, string>> = {
  ا: 'a',
  أ: 'a',
  إ: 'i',
  آ: 'a',
  ٱ: 'a',
  ء: '',
  ؤ: 'u',
  ئ: 'i',
  ب: 'b',
  پ: 'p',
  ت: 't',
  ث: 'th',
  ج: 'j',
  چ: 'ch',
  ح: 'h',
  خ: 'kh',
  د: 'd',
  ذ: 'dh',
  ر: 'r',
  ز: 'z',
  ژ: 'zh',
  س: 's',
  ش: 'sh',
  ص: 's',
  ض: 'd',
  ط: 't',
  ظ: 'z',
  ع: 'a',
  غ: 'gh',
  ف: 'f',
  ق: 'q',
  ك: 'k',
  ک: 'k',
  گ: 'g',
  ل: 'l',
  م: 'm',
  ن: 'n',
  ه: 'h',
  ة: 'a',
  و: 'u',
  ي: 'i',
  ی: 'i',
  ى: 'a',
}

/** Latin letters that no decomposition takes apart. */
const LATIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ŋ: 'ng',
  ĸ: 'k',
  ə: 'a',
}

const TABLE: ReadonlyMap<string, string> = new Map(
  [CYRILLIC, GREEK, ARABIC, LATIN].flatMap((one) => Object.entries(one)),
)
/** What Persian reads otherwise, and the letters by which a word is told to be Persian. */
const PERSIAN: ReadonlyMap<string, string> = new Map([
  ['ض', 'z'],
  ['ذ', 'z'],
  ['ث', 's'],
])
const PERSIAN_LETTER = /[پچژگکی]/u
const ARABIC_LETTER = /\p{Script=Arabic}/u
const PLAIN = /^[a-z0-9]*$/

/** A word in lower case as Latin letters and digits without marks; what no table knows stays. */
export function transliterate(word: string): { latin: string; unvowelled: boolean } {
  if (PLAIN.test(word)) return { latin: word, unvowelled: false }
  let latin = ''
  const persian = PERSIAN_LETTER.test(word)
  for (const letter of word.normalize('NFC')) {
    const known = (persian ? PERSIAN.get(letter) : undefined) ?? TABLE.get(letter)
    if (known !== undefined) {
      latin += known
      continue
    }
    for (const base of letter.normalize('NFKD')) {
      if (/\p{M}/u.test(base)) continue
      latin += TABLE.get(base) ?? base
    }
  }
  return { latin: latin.replace(/[^\p{L}\p{N}]/gu, ''), unvowelled: ARABIC_LETTER.test(word) }
}
