import { wordsOf } from './known-keys.ts'
import type { KnownKeys } from './known-keys.ts'
import { trainerSettingNames } from './transformers-trainer.ts'

/** Settings of TRL that both of its methods have (fields of ScriptArguments, ModelConfig, SFTConfig and DPOConfig of TRL 1.16). */
const shared = wordsOf(`
  accelerator_config activation_checkpointing activation_checkpointing_kwargs activation_offloading adam_beta1 adam_beta2
  adam_epsilon attn_implementation auto_find_batch_size average_tokens_across_devices batch_eval_metrics bf16
  bf16_full_eval bnb_4bit_quant_storage bnb_4bit_quant_type data_seed dataloader_drop_last dataloader_in_order
  dataloader_multiprocessing_context dataloader_num_workers dataloader_persistent_workers dataloader_pin_memory
  dataloader_prefetch_factor dataset_num_proc ddp_backend ddp_broadcast_buffers ddp_bucket_cap_mb
  ddp_find_unused_parameters ddp_static_graph ddp_timeout debug deepspeed dtype enable_jit_checkpoint
  eval_accumulation_steps eval_delay eval_do_concat_batches eval_use_gather_object fp16 fp16_full_eval fsdp fsdp_config
  full_determinism gradient_checkpointing gradient_checkpointing_kwargs ignore_bias_buffers ignore_data_skip
  include_for_metrics include_num_input_tokens_seen label_names label_smoothing_factor length_column_name
  liger_kernel_config load_in_4bit load_in_8bit log_level log_level_replica log_on_each_node logging_nan_inf_filter
  lora_dropout loss_type max_grad_norm neftune_noise_alpha optim optim_args optim_target_modules pad_to_multiple_of
  pad_token padding_free parallelism_config per_device_eval_batch_size prediction_loss_only remove_unused_columns
  restore_callback_states_from_checkpoint router_aux_loss_coef save_on_each_node skip_memory_metrics tf32 torch_compile
  torch_compile_backend torch_compile_mode torch_empty_cache_steps train_sampling_strategy truncation_mode
  trust_remote_code use_bnb_nested_quant use_cache use_cpu use_liger_kernel warmup_steps weight_decay
`)

/** Settings that one method has alone. */
const own = {
  sft: wordsOf('eos_token packing_strategy shuffle_dataset'),
  dpo: wordsOf(
    'beta disable_dropout discopop_tau f_alpha_divergence_coef f_divergence_type label_smoothing ld_alpha loss_weights precompute_ref_batch_size precompute_ref_log_probs ref_model_mixup_alpha ref_model_sync_steps sync_ref_model use_weighting',
  ),
}

/** Written by this program, and not for choosing. */
const fixed = wordsOf(`
  output_dir resume_from_checkpoint datasets dataset_name dataset_config dataset_streaming streaming dataset_train_split
  dataset_test_split test_split_size use_peft use_dora use_rslora lora_modules_to_save lora_target_parameters
  lora_task_type logging_steps logging_strategy logging_first_step disable_tqdm save_strategy save_steps save_total_limit
  save_only_model load_best_model_at_end metric_for_best_model greater_is_better eval_strategy eval_steps eval_on_start
  report_to run_name project push_to_hub hub_always_push hub_model_id hub_private_repo hub_revision hub_strategy hub_token
  model_revision packing eval_packing dataset_text_field chat_template_path do_train do_eval do_predict trackio_bucket_id
  trackio_space_id trackio_static_space_id dataset_kwargs model_init_kwargs local_rank
`)

export const trlKeys = (method: 'sft' | 'dpo'): KnownKeys => ({
  open: [...shared, ...own[method]],
  ours: {
    ...Object.fromEntries(fixed.map((key) => [key, null])),
    ...trainerSettingNames,
    max_length: 'contextLength',
    lora_r: 'rank',
    lora_alpha: 'alpha',
    lora_target_modules: 'targetModules',
    completion_only_loss: 'lossOn',
    assistant_only_loss: 'lossOn',
  },
})
