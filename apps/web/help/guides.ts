/** The guides that the console gives out, in the order in which they are listed: file of `docs/guide` and message id of its title. */
export const GUIDES: readonly { name: string; title: string }[] = [
  { name: 'console', title: 'help.guide.console' },
  { name: 'returns', title: 'help.guide.returns' },
  { name: 'reconciliation', title: 'help.guide.reconciliation' },
  { name: 'compliance', title: 'help.guide.compliance' },
  { name: 'platform', title: 'help.guide.platform' },
  { name: 'treasury', title: 'help.guide.treasury' },
  { name: 'figures', title: 'help.guide.figures' },
  { name: 'alerts', title: 'help.guide.alerts' },
  { name: 'upstreams', title: 'help.guide.upstreams' },
  { name: 'on-call', title: 'help.guide.onCall' },
]

const texts = import.meta.glob<string>('../../../docs/guide/*.md', { query: '?raw', import: 'default' })
const pictures = import.meta.glob<string>('../../../docs/guide/images/*.png', {
  query: '?url',
  import: 'default',
  eager: true,
})

/** The text of a guide; null where none of that name is given out. */
export async function readGuide(name: string): Promise<string | null> {
  if (!GUIDES.some((one) => one.name === name)) return null
  return (await texts[`../../../docs/guide/${name}.md`]?.()) ?? null
}

/** Where a picture of the guides is to be had. */
export function pictureUrl(file: string): string | undefined {
  return pictures[`../../../docs/guide/images/${file}`]
}

/** Where a link of a guide leads within the console; undefined where it leads to what is not given out here. */
export function guideLink(to: string, from: string): { guide: string; hash: string } | undefined {
  const [, file = '', hash = ''] = /^([^#]*)#?(.*)$/.exec(to) ?? []
  const guide = file === '' ? from : file.replace(/\.md$/, '')
  return GUIDES.some(({ name }) => name === guide) ? { guide, hash } : undefined
}
