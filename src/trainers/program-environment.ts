/** What trainers need to find their devices and libraries; a trailing `*` stands for any ending. */
export const usualVariables: readonly string[] = [
  'CUDA_*',
  'NVIDIA_*',
  'ROCR_*',
  'HIP_*',
  'LD_LIBRARY_PATH',
  'VIRTUAL_ENV',
  'PYTHONPATH',
  'HF_HOME',
  'OMP_NUM_THREADS',
]

/** Nothing is fetched from the network, and nobody is told. */
export const quietVariables: Readonly<Record<string, string>> = {
  ...{ HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', HF_HUB_DISABLE_TELEMETRY: '1', DO_NOT_TRACK: '1' },
  ...{ WANDB_MODE: 'disabled', DISABLE_MLFLOW_INTEGRATION: 'true', PYTHONUNBUFFERED: '1' },
}
