import type { Config } from '../../src/config/schema.ts'
import type { TrainingJob } from '../../src/trainers/port.ts'
import { callOnce } from './campaign.ts'

const { job, config } = JSON.parse(process.argv[2] ?? '') as { job: TrainingJob; config: Config['trainer'] }
await callOnce(job, config)
