import { Link } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import { guideLink, pictureUrl } from './guides.ts'
import styles from './help.module.css'
import { type Block, type Inline, parseMarkdown } from './parse-markdown.ts'

/** A guide as it is written: in English, whatever the language of the page around it. */
export function GuideText({ name, text }: { name: string; text: string }) {
  return (
    <article lang="en" dir="ltr" className={styles.guide}>
      {parseMarkdown(text).map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change while it is read
        <BlockOf key={at} block={block} guide={name} />
      ))}
    </article>
  )
}

function BlockOf({ block, guide }: { block: Block; guide: string }) {
  const line = (children: Inline[]) => <Line of={children} guide={guide} />
  switch (block.kind) {
    case 'heading': {
      const Heading = `h${block.level}` as const
      return <Heading id={block.id}>{line(block.children)}</Heading>
    }
    case 'paragraph':
      return <p>{line(block.children)}</p>
    case 'code':
      return (
        // Longer than the page is wide, it is moved by keys too.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      )
    case 'picture': {
      const url = pictureUrl(block.file)
      return url === undefined ? null : (
        <p>
          <img src={url} alt={block.says} loading="lazy" />
        </p>
      )
    }
    case 'list': {
      const List = block.numbered ? 'ol' : 'ul'
      return <List>{block.items.map((item, at) => placed(at, <li>{line(item)}</li>))}</List>
    }
    case 'table':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        <div className={styles.wide} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {block.head.map((cell, at) =>
                  placed(at, cell.length === 0 ? <td /> : <th scope="col">{line(cell)}</th>),
                )}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, at) =>
                placed(at, <tr>{row.map((cell, column) => placed(column, <td>{line(cell)}</td>))}</tr>),
              )}
            </tbody>
          </table>
        </div>
      )
  }
}

/** A part of a text that stays where it is. */
function placed(place: number, part: ReactNode): ReactNode {
  return <Fragment key={place}>{part}</Fragment>
}

function Line({ of, guide }: { of: Inline[]; guide: string }): ReactNode {
  return of.map((part, at) => placed(at, <Part of={part} guide={guide} />))
}

function Part({ of, guide }: { of: Inline; guide: string }): ReactNode {
  switch (of.kind) {
    case 'text':
      return of.text
    case 'code':
      return <code>{of.text}</code>
    case 'strong':
      return (
        <strong>
          <Line of={of.children} guide={guide} />
        </strong>
      )
    case 'em':
      return (
        <em>
          <Line of={of.children} guide={guide} />
        </em>
      )
    case 'link':
      return (
        <LinkOf to={of.to} guide={guide}>
          <Line of={of.children} guide={guide} />
        </LinkOf>
      )
  }
}

/** What leads to other files of the repository is not to be had here: its words stand without the link. */
function LinkOf({ to, guide, children }: { to: string; guide: string; children: ReactNode }) {
  if (to.startsWith('https://')) {
    return (
      <a href={to} rel="noreferrer" target="_blank">
        {children}
      </a>
    )
  }
  const known = guideLink(to, guide)
  if (known === undefined) return children
  return (
    <Link to="/help/$guide" params={{ guide: known.guide }} hash={known.hash}>
      {children}
    </Link>
  )
}
