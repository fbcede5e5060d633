import type { Product } from './product.ts'

/** Runs it with the worker of this process at work, which stops after it. */
export async function whileWorking(
  product: Pick<Product, 'startWorker' | 'stopWorker'>,
  run: () => Promise<unknown>,
): Promise<void> {
  product.startWorker()
  try {
    await run()
  } finally {
    await product.stopWorker()
  }
}
