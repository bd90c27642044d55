import { wordsOf } from './known-keys.ts'
import type { KnownKeys } from './known-keys.ts'
import { trainerSettingNames } from './transformers-trainer.ts'

/** Settings that both stages have (of the fields of ModelArguments, DataArguments, TrainingArguments and FinetuningArguments of LLaMA-Factory 0.9.5). */
const shared = wordsOf(`
  accelerator_config adam_beta1 adam_beta2 adam_epsilon auto_find_batch_size average_tokens_across_devices bf16 data_seed
  dataloader_drop_last dataloader_num_workers dataloader_persistent_workers dataloader_pin_memory dataloader_prefetch_factor debug
  disable_gradient_checkpointing disable_shuffling double_quantization enable_jit_checkpoint enable_liger_kernel flash_attn fp16 fp8
  fp8_backend full_determinism gradient_checkpointing gradient_checkpointing_kwargs ignore_data_skip include_effective_tokens_per_second
  include_num_input_tokens_seen infer_dtype label_smoothing_factor length_column_name liger_kernel_config log_level logging_nan_inf_filter
  lora_dropout loraplus_lr_embedding loraplus_lr_ratio low_cpu_mem_usage max_grad_norm moe_aux_loss_coef neftune_noise_alpha optim
  optim_args optim_target_modules preprocessing_batch_size preprocessing_num_workers print_param_status pure_bf16 quantization_bit
  quantization_method quantization_type restore_callback_states_from_checkpoint skip_memory_metrics tf32 torch_compile
  torch_compile_backend torch_compile_mode torch_empty_cache_steps train_sampling_strategy trust_remote_code upcast_layernorm
  upcast_lmhead_output use_adam_mini use_cpu use_liger_kernel use_muon use_reentrant_gc use_unsloth use_unsloth_gc use_v1_kernels
  warmup_ratio warmup_steps weight_decay
`)

/** Settings that mean something in one stage only. */
const own = {
  sft: wordsOf('asft_alpha eaft_alpha use_asft_loss use_dft_loss use_eaft_loss'),
  dpo: wordsOf('dpo_label_smoothing ld_alpha pref_beta pref_bco_weight pref_ftx pref_loss simpo_gamma'),
}

/** Written by this program, or not for choosing: where data comes from and results go to, other kinds of training, and what changes the model itself. */
const fixed = wordsOf(`
  adapter_folder adapter_name_or_path add_special_tokens add_tokens additional_target apollo_layerwise apollo_proj apollo_proj_type
  apollo_rank apollo_scale apollo_scale_front apollo_scale_type apollo_target apollo_update_interval audio_sampling_rate badam_mask_mode
  badam_mode badam_start_block badam_switch_interval badam_switch_mode badam_update_ratio badam_verbose batch_eval_metrics bf16_full_eval
  buffer_size cache_dir compute_accuracy create_new_adapter crop_to_patches data_shared_file_system dataset dataset_dir ddp_backend
  ddp_broadcast_buffers ddp_bucket_cap_mb ddp_find_unused_parameters ddp_static_graph ddp_timeout deepspeed default_system disable_tqdm
  do_eval do_predict do_sample do_train early_stopping_steps enable_thinking enable_torch_profiler eval_accumulation_steps eval_dataset
  eval_delay eval_do_concat_batches eval_num_beams eval_on_each_dataset eval_on_start eval_steps eval_strategy eval_use_gather_object
  export_device export_dir export_hub_model_id export_legacy_format export_quantization_bit export_quantization_dataset
  export_quantization_maxlen export_quantization_nsamples export_size finetuning_type fp16_full_eval fp8_enable_fsdp_float8_all_gather
  freeze_extra_modules freeze_language_model freeze_multi_modal_projector freeze_trainable_layers freeze_trainable_modules
  freeze_vision_tower fsdp fsdp_config galore_layerwise galore_proj_type galore_rank galore_scale galore_target galore_update_interval
  generation_config generation_max_length generation_num_beams greater_is_better hf_hub_token hub_always_push hub_model_id
  hub_private_repo hub_revision hub_strategy hub_token hyper_parallel_args ignore_pad_token_for_loss image_do_pan_and_scan
  image_max_pixels image_min_pixels include_for_metrics infer_backend init_special_tokens interleave_probs kt_expert_checkpoint_path
  kt_lora_expert_intermediate_size kt_lora_expert_num kt_use_lora_experts kt_weight_path kto_chosen_weight kto_rejected_weight label_names
  length_penalty load_best_model_at_end local_rank log_level_replica log_on_each_node logging_dir logging_first_step logging_steps
  logging_strategy master_addr master_port max_length max_new_tokens max_samples media_dir metric_for_best_model mix_strategy
  mixture_of_depths model_revision module_dropout ms_hub_token neat_packing new_special_tokens_config num_beams offload_folder
  oft_block_size oft_rank oft_target om_hub_token output_dir overwrite_cache overwrite_output_dir packing parallelism_config
  per_device_eval_batch_size pissa_convert pissa_init pissa_iter plot_loss ppo_buffer_size ppo_epochs ppo_score_norm ppo_target
  ppo_whiten_rewards predict_with_generate prediction_loss_only preserve_thinking profile_modules profiler_active_steps
  profiler_output_dir profiler_profile_memory profiler_record_shapes profiler_repeat profiler_wait_steps profiler_warmup_steps
  profiler_with_stack project push_to_hub quantization_device_map ray_init_kwargs ray_num_workers ref_model ref_model_adapters
  ref_model_quantization_bit remove_unused_columns repetition_penalty report_to resize_vocab resume_from_checkpoint reward_model
  reward_model_adapters reward_model_quantization_bit reward_model_type rope_scaling run_name save_on_each_node save_only_model save_steps
  save_strategy save_total_limit sglang_config sglang_lora_backend sglang_maxlen sglang_mem_fraction sglang_tp_size shift_attn
  skip_special_tokens sortish_sampler split_special_tokens streaming swanlab_api_key swanlab_lark_secret swanlab_lark_webhook_url
  swanlab_logdir swanlab_mode swanlab_project swanlab_run_name swanlab_workspace temperature template tokenized_path tool_format top_k
  top_p trackio_bucket_id trackio_space_id trackio_static_space_id train_from_scratch use_apollo use_audio_in_video use_badam use_cache
  use_dora use_fast_tokenizer use_galore use_hyper_parallel use_kt use_kv_cache use_llama_pro use_mca use_rslora use_swanlab val_size
  video_fps video_max_pixels video_maxlen video_min_pixels vllm_config vllm_enforce_eager vllm_gpu_util vllm_max_lora_rank vllm_maxlen
`)

export const llamafactoryKeys = (method: 'sft' | 'dpo'): KnownKeys => ({
  open: [...shared, ...own[method]],
  ours: {
    ...Object.fromEntries(fixed.map((key) => [key, null])),
    ...trainerSettingNames,
    ...Object.fromEntries(own[method === 'sft' ? 'dpo' : 'sft'].map((key) => [key, 'method'])),
    stage: 'method',
    cutoff_len: 'contextLength',
    lora_rank: 'rank',
    lora_alpha: 'alpha',
    lora_target: 'targetModules',
    train_on_prompt: 'lossOn',
    mask_history: 'lossOn',
  },
})
