import type { PythonTrainer } from '../config/python-trainer.ts'

/** What a trainer is as a Python package. */
export interface TrainerPackage {
  /** For people. */
  title: string
  /** The distribution's name, as its .dist-info folder has it. */
  distribution: string
  /** The version that `trainer install` installs and the tests run. */
  version: string
  /** The first version that this program does not work with. */
  below: string
  /** Pythons that it runs on, as uv wants them. */
  python: string
  /** Bytes of disk of the whole environment, measured on Linux. */
  diskBytes: number
}

export const trainerPackages = {
  mlx: { title: 'MLX-LM', distribution: 'mlx_lm', version: '0.32.2', below: '1.0', python: '>=3.11,<3.15', diskBytes: 230e6 },
  trl: { title: 'TRL', distribution: 'trl', version: '1.16.0', below: '2.0', python: '>=3.11,<3.14', diskBytes: 6e9 },
  llamafactory: {
    ...{ title: 'LLaMA-Factory', distribution: 'llamafactory', version: '0.9.5', below: '0.10', python: '>=3.11,<3.14', diskBytes: 6e9 },
  },
} as const satisfies Record<PythonTrainer, TrainerPackage>
