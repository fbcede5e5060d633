import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

type Finding = { id: string; help: string; nodes: { target: string[]; failureSummary?: string }[] }

/** Expects that axe finds nothing on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  // What is still coming into sight has other colours than what is there.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((each) => each.finished)))
  // Evaluated through the protocol, so that the page's content security policy stays as strict as it is.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const findings = await page.evaluate(async (standards) => {
    const { axe } = window as unknown as {
      axe: { run: (context: Document, options: object) => Promise<{ violations: Finding[] }> }
    }
    const { violations } = await axe.run(document, {
      runOnly: { type: 'tag', values: standards },
      // What passes is checked all the same; it is only not described.
      resultTypes: ['violations'],
    })
    return violations.map(({ id, help, nodes }) => ({
      rule: `${id}: ${help}`,
      at: nodes.slice(0, 4).map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    }))
  }, STANDARDS)
  expect(findings, await page.title()).toEqual([])
}
