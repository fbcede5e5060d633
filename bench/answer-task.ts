/**
 * In a process that `inOwnProcess` has started: answers the one task that it is given, and ends once the answer has been taken,
 * whatever is still open.
 */
export function answerTask<Task, Answer>(run: (task: Task) => Promise<Answer>): void {
  process.once('disconnect', () => process.exit())
  process.once('message', (task) => {
    run(task as Task).then(
      (answer) => process.send?.(answer),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`)
        process.exit(1)
      },
    )
  })
}
