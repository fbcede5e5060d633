/** What lists call countries otherwise than Unicode's English names do. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  burma: 'MM',
  'cape verde': 'CV',
  congo: 'CG',
  'congo, democratic republic of the': 'CD',
  'congo, republic of the': 'CG',
  'cote d ivoire': 'CI',
  'czech republic': 'CZ',
  'democratic people’s republic of korea': 'KP',
  "democratic people's republic of korea": 'KP',
  'democratic republic of the congo': 'CD',
  'iran (islamic republic of)': 'IR',
  'korea, north': 'KP',
  'korea, south': 'KR',
  'libyan arab jamahiriya': 'LY',
  macedonia: 'MK',
  palestinian: 'PS',
  'republic of korea': 'KR',
  'russian federation': 'RU',
  swaziland: 'SZ',
  'syrian arab republic': 'SY',
  'the gambia': 'GM',
  turkey: 'TR',
  'united kingdom of great britain and northern ireland': 'GB',
  'united republic of tanzania': 'TZ',
  'united states of america': 'US',
  'viet nam': 'VN',
}

const LETTERS = Array.from({ length: 26 }, (_, at) => String.fromCharCode(65 + at))

/** Codes by English name, as Unicode's data has it. */
const CODES: ReadonlyMap<string, string> = new Map([
  ...LETTERS.flatMap((first) => LETTERS.map((second) => first + second)).flatMap(
    (code): [string, string][] => {
      const name = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(code)
      return name === undefined ? [] : [[name.toLowerCase(), code]]
    },
  ),
  ...Object.entries(OTHER_NAMES),
])

/** ISO 3166-1 code of a country by its code or English name; undefined for what is neither. */
export function countryCode(country: string): string | undefined {
  const text = country.trim()
  if (/^[A-Za-z]{2}$/.test(text)) return text.toUpperCase()
  return CODES.get(text.toLowerCase()) ?? CODES.get(text.toLowerCase().replace(/^the /, ''))
}
