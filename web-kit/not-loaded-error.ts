/** A part of the console did not come: the network is away, or the console was installed anew since this page was opened. */
export class NotLoadedError extends Error {
  override readonly name = 'NotLoadedError'
}

/** What is being loaded. @throws NotLoadedError where it does not come, whatever the browser says of that */
export async function loaded<Part>(loading: Promise<Part>): Promise<Part> {
  try {
    return await loading
  } catch (cause) {
    throw new NotLoadedError('A part of the console could not be loaded.', { cause })
  }
}
