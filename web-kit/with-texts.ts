import { loadMessages, type MessageSource } from './messages.ts'

/** Loads a part of a page together with the texts that nothing else needs. */
export function withTexts<Part>(load: () => Promise<Part>, texts: MessageSource): () => Promise<Part> {
  return async () => {
    const [part] = await Promise.all([load(), loadMessages(texts)])
    return part
  }
}
