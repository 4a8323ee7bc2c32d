/** A process of the fleet: runs the seeds that it is told to. */
import type { Figures } from './journal.ts'
import { run } from './run.ts'

export interface Task {
  from: number
  to: number
}

export interface Report {
  task: Task
  figures: Figures[]
  failures: { seed: number; violation: string }[]
}

process.on('message', (task: Task) => {
  void work(task).then((report) => process.send?.(report))
})

async function work(task: Task): Promise<Report> {
  const report: Report = { task, figures: [], failures: [] }
  for (let seed = task.from; seed < task.to; seed++) {
    const { violation, figures } = await run({ seed })
    report.figures.push(figures)
    if (violation !== null) report.failures.push({ seed, violation })
  }
  return report
}
