import type { FieldType, MessageType } from './text-proto.ts';

/**
 * tensorflow.ConfigProto (of TensorFlow 2.21) for --tensorflow_session_config_file. What it sets has no meaning here, but a misspelt
 * field is refused as there. Each message is its fields as name:type, with * for repeated ones.
 */
const MESSAGES: Record<string, string> = {
  ConfigProto: `device_count:ConfigProto.DeviceCountEntry* intra_op_parallelism_threads:int inter_op_parallelism_threads:int use_per_session_threads:bool session_inter_op_thread_pool:ThreadPoolOptionProto* placement_period:int device_filters:string* gpu_options:GPUOptions pluggable_device_options:GPUOptions allow_soft_placement:bool log_device_placement:bool graph_options:GraphOptions operation_timeout_in_ms:int rpc_options:RPCOptions isolate_session_state:bool share_cluster_devices_in_session:bool experimental:ConfigProto.Experimental`,
  'ConfigProto.DeviceCountEntry': `key:string value:int`,
  ThreadPoolOptionProto: `num_threads:int global_name:string`,
  GPUOptions: `per_process_gpu_memory_fraction:double allow_growth:bool allocator_type:string deferred_deletion_bytes:int visible_device_list:string polling_active_delay_usecs:int polling_inactive_delay_msecs:int force_gpu_compatible:bool experimental:GPUOptions.Experimental`,
  'GPUOptions.Experimental': `virtual_devices:GPUOptions.Experimental.VirtualDevices* num_virtual_devices_per_gpu:int use_unified_memory:bool num_dev_to_dev_copy_streams:int collective_ring_order:string timestamped_allocator:bool kernel_tracker_max_interval:int kernel_tracker_max_bytes:int kernel_tracker_max_pending:int internal_fragmentation_fraction:double use_cuda_malloc_async:bool disallow_retry_on_allocation_failure:bool gpu_host_mem_limit_in_mb:double gpu_host_mem_disallow_growth:bool gpu_system_memory_size_in_mb:int populate_pjrt_gpu_client_creation_info:bool node_id:int stream_merge_options:GPUOptions.Experimental.StreamMergeOptions`,
  'GPUOptions.Experimental.VirtualDevices': `memory_limit_mb:double* priority:int* device_ordinal:int*`,
  'GPUOptions.Experimental.StreamMergeOptions': `merge_host_to_device_stream:bool merge_device_to_host_stream:bool merge_device_to_device_stream:bool`,
  GraphOptions: `enable_recv_scheduling:bool optimizer_options:OptimizerOptions build_cost_model:int build_cost_model_after:int infer_shapes:bool place_pruned_graph:bool enable_bfloat16_sendrecv:bool timeline_step:int rewrite_options:RewriterConfig`,
  OptimizerOptions: `do_common_subexpression_elimination:bool do_constant_folding:bool max_folded_constant_in_bytes:int do_function_inlining:bool opt_level:OptimizerOptions.Level global_jit_level:OptimizerOptions.GlobalJitLevel cpu_global_jit:bool`,
  RewriterConfig: `cpu_layout_conversion:RewriterConfig.CpuLayout layout_optimizer:RewriterConfig.Toggle constant_folding:RewriterConfig.Toggle shape_optimization:RewriterConfig.Toggle remapping:RewriterConfig.Toggle common_subgraph_elimination:RewriterConfig.Toggle arithmetic_optimization:RewriterConfig.Toggle dependency_optimization:RewriterConfig.Toggle loop_optimization:RewriterConfig.Toggle function_optimization:RewriterConfig.Toggle debug_stripper:RewriterConfig.Toggle disable_model_pruning:bool scoped_allocator_optimization:RewriterConfig.Toggle pin_to_host_optimization:RewriterConfig.Toggle implementation_selector:RewriterConfig.Toggle auto_mixed_precision:RewriterConfig.Toggle auto_mixed_precision_mkl:RewriterConfig.Toggle auto_mixed_precision_onednn_bfloat16:RewriterConfig.Toggle auto_mixed_precision_cpu:RewriterConfig.Toggle disable_meta_optimizer:bool disable_tfg_optimizer:bool use_plugin_optimizers:RewriterConfig.Toggle experimental_conditional_code_motion:RewriterConfig.Toggle meta_optimizer_iterations:RewriterConfig.NumIterationsType min_graph_nodes:int experimental_disable_compressed_tensor_optimization:bool experimental_disable_folding_quantization_emulation:bool memory_optimization:RewriterConfig.MemOptType memory_optimizer_target_node_name_scope:string meta_optimizer_timeout_ms:int auto_parallel:AutoParallelOptions fail_on_optimizer_errors:bool scoped_allocator_opts:ScopedAllocatorOptions optimizers:string* custom_optimizers:RewriterConfig.CustomGraphOptimizer* inter_optimizer_verifier_config:VerifierConfig post_optimization_verifier_config:VerifierConfig`,
  AutoParallelOptions: `enable:bool num_replicas:int`,
  ScopedAllocatorOptions: `enable_op:string*`,
  'RewriterConfig.CustomGraphOptimizer': `name:string parameter_map:RewriterConfig.CustomGraphOptimizer.ParameterMapEntry*`,
  'RewriterConfig.CustomGraphOptimizer.ParameterMapEntry': `key:string`,
  VerifierConfig: `verification_timeout_in_ms:int structure_verifier:VerifierConfig.Toggle`,
  RPCOptions: `use_rpc_for_inprocess_master:bool compression_algorithm:string compression_level:int cache_rpc_response:bool disable_session_connection_sharing:bool num_channels_per_target:int`,
  'ConfigProto.Experimental': `collective_group_leader:string executor_type:string recv_buf_max_chunk:int use_numa_affinity:bool collective_deterministic_sequential_execution:bool collective_nccl:bool share_session_state_in_clusterspec_propagation:bool disable_thread_spinning:bool share_cluster_devices_in_session:bool session_metadata:SessionMetadata optimize_for_static_graph:bool enable_mlir_bridge:bool mlir_bridge_rollout:ConfigProto.Experimental.MlirBridgeRollout enable_mlir_graph_optimization:bool disable_output_partition_graphs:bool xla_fusion_autotuner_thresh:int use_tfrt:bool enable_multi_host:bool tfrt_use_ifrt:bool backend_server_port:int target_tpu:bool target_gpu:bool stream_merge_threshold:int disable_functional_ops_lowering:bool xla_prefer_single_graph_cluster:bool disable_optimize_for_static_graph:bool disable_eager_executor_streaming_enqueue:bool finalize_function_library_runtime:bool finalize_resource_manager:bool tf2xla_dump_dir:string online_cost_analysis:bool`,
  SessionMetadata: `name:string version:int`,
};

const ENUMS: Record<string, Record<string, number>> = {
  'OptimizerOptions.Level': { L1: 0, L0: -1 },
  'OptimizerOptions.GlobalJitLevel': { DEFAULT: 0, OFF: -1, ON_1: 1, ON_2: 2 },
  'RewriterConfig.CpuLayout': { NO_CONVERSION_ON_CPU: 0, NCHW_TO_NHWC: 1, NHWC_TO_NCHW: 2 },
  'RewriterConfig.Toggle': { DEFAULT: 0, ON: 1, OFF: 2, AGGRESSIVE: 3, EXPERIMENTAL_MLIR: 4, EXPERIMENTAL_BOTH: 5 },
  'RewriterConfig.NumIterationsType': { DEFAULT_NUM_ITERS: 0, ONE: 1, TWO: 2 },
  'RewriterConfig.MemOptType': {
    DEFAULT_MEM_OPT: 0,
    NO_MEM_OPT: 1,
    MANUAL: 2,
    SWAPPING_HEURISTICS: 4,
    RECOMPUTATION_HEURISTICS: 5,
    SCHEDULING_HEURISTICS: 6,
    HEURISTICS: 3,
  },
  'VerifierConfig.Toggle': { DEFAULT: 0, ON: 1, OFF: 2 },
  'ConfigProto.Experimental.MlirBridgeRollout': {
    MLIR_BRIDGE_ROLLOUT_UNSPECIFIED: 0,
    MLIR_BRIDGE_ROLLOUT_ENABLED: 1,
    MLIR_BRIDGE_ROLLOUT_DISABLED: 2,
  },
};

export const ConfigProto: MessageType = messageOf('ConfigProto');

function messageOf(name: string): MessageType {
  const fields = (MESSAGES[name] as string).split(' ').map((field) => {
    const [, key = '', type = '', many] = /^(\w+):([\w.]+)(\*?)$/.exec(field) ?? [];
    return [key, { ...fieldOf(type), ...(many && { many: true }) } as FieldType] as const;
  });
  return { name: `tensorflow.${name}`, fields: Object.fromEntries(fields) };
}

function fieldOf(type: string): FieldType {
  if (type in MESSAGES) return { kind: 'message', message: () => messageOf(type) };
  const values = ENUMS[type];
  return values ? { kind: 'enum', values } : { kind: type as FieldType['kind'] };
}
