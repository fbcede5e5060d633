import { TextDecoder } from 'node:util'
import { ImportRefusal } from './import-refusal.ts'

/** How much of the beginning is looked at for a byte order mark and an encoding declaration. */
const DECLARATION_BYTES = 200

/**
 * Decodes the bytes of an XML document as they come in, by its byte order mark or its encoding declaration, UTF-8 otherwise.
 * Refuses an unknown encoding and bytes that are not of it.
 * @param line tells how far the text has been read, for the refusal
 */
export function xmlText(line: () => number) {
  let beginning = Buffer.alloc(0)
  let decoder: TextDecoder | undefined

  function decode(bytes: Buffer, last: boolean): string {
    try {
      return decoder?.decode(bytes, { stream: !last }) ?? ''
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      throw new ImportRefusal([
        {
          path: '/',
          line: line(),
          message: `Bytes that are not ${decoder?.encoding} stand in the document.`,
        },
      ])
    }
  }

  return {
    push(chunk: Buffer): string {
      if (decoder) return decode(chunk, false)
      beginning = Buffer.concat([beginning, chunk])
      if (beginning.length < DECLARATION_BYTES) return ''
      decoder = decoderFor(beginning)
      return decode(beginning, false)
    },
    end(): string {
      if (decoder) return decode(Buffer.alloc(0), true)
      decoder = decoderFor(beginning)
      return decode(beginning, true)
    },
  }
}

function decoderFor(beginning: Buffer): TextDecoder {
  const encoding = encodingOf(beginning)
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ImportRefusal([
      {
        path: '/',
        line: 1,
        message: `The document declares encoding ${JSON.stringify(encoding)}, which is unknown.`,
      },
    ])
  }
}

function encodingOf(beginning: Buffer): string {
  const [first, second] = beginning
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be'
  const declaration = beginning.toString('latin1', 0, DECLARATION_BYTES)
  const declared = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/.exec(
    declaration,
  )?.[1]
  // A declaration of UTF-16 that can be read as bytes is wrong: such documents are UTF-8.
  if (declared === undefined || /^utf-?16/i.test(declared)) return 'utf-8'
  return declared
}
