"""What code of 2020 says and today's TFF does not: the table that errors and docs are made of.

`CHANGES` are the lines that tutorials of 2020 consist of, each with today's line and the lesson
that teaches it. `MOVED` are names that stand elsewhere today, `GONE` those that stand nowhere.
`docs/api-changes.md` is written from all three by `tools/api_changes.py`.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Change:
    """One line of 2020, and what one writes today.

    Attributes:
        old: The line as a tutorial of 2020 has it.
        today: What to write now.
        lesson: Slug of the lesson that teaches it.
        word: What of `today` or `note` to look for in that lesson.
        names: The names in `old` that exist no more. Empty if the line fails for another reason.
        told: What the learner sees: the class of the error, or of the warning.
        note: One more sentence, where today's line alone leaves a question.
    """

    old: str
    today: str
    lesson: str
    word: str
    names: tuple[str, ...] = ()
    told: str = "AttributeError"
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Gone:
    """Names without a counterpart.

    Attributes:
        names: The names.
        why: What became of them, and what there is instead.
    """

    names: tuple[str, ...]
    # By name: so it is found by what collects the words to translate.
    why: str = dataclasses.field(kw_only=True)


def _names(**names_of: str) -> tuple[str, ...]:
    """Gives full names; a keyword is a module's name with an underscore for each dot."""
    return tuple(
        f"{module.replace('_', '.')}.{name}"
        for module, names in names_of.items()
        for name in names.split()
    )


# Changes that are not met as a missing name: `old_names.py` asks for them one by one.
KERAS_OPTIMIZER = Change(
    old="tff.learning.algorithms.build_weighted_fed_avg(\n"
    "    model_fn, client_optimizer_fn=lambda: tf.keras.optimizers.SGD(0.02)\n"
    ")",
    today="tff.learning.algorithms.build_weighted_fed_avg(\n"
    "    model_fn, client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02)\n"
    ")",
    lesson="federated_averaging",
    word="tff.learning.optimizers.build_sgdm",
)
ARGUMENTS = Change(
    old="tff.learning.algorithms.build_weighted_fed_avg(\n"
    "    model_fn, client_optimizer_fn=optimizer, model_update_aggregation_factory=aggregator\n"
    ")",
    today="tff.learning.algorithms.build_weighted_fed_avg(\n"
    "    model_fn, client_optimizer_fn=optimizer, model_aggregator=aggregator\n"
    ")",
    lesson="make_it_your_own",
    word="model_aggregator",
    told="TypeError",
)
METRICS = Change(
    old='state, metrics = process.next(state, cohort)\nmetrics["train"]',
    today="result = process.next(state, cohort)\n"
    'result.state, result.metrics["client_work"]["train"]',
    lesson="federated_averaging",
    word='result.metrics["client_work"]["train"]',
    told="KeyError",
    note='Unpacking still works; what was metrics["train"] is metrics["client_work"]["train"].',
)
METRICS_FIELDS = Change(
    old="state, metrics = process.next(state, cohort)\nmetrics.train",
    today='result = process.next(state, cohort)\nresult.metrics["client_work"]["train"]["loss"]',
    lesson="federated_averaging",
    word='result.metrics["client_work"]["train"]',
    note="Metrics are ordered dictionaries, read with [...].",
)
STATE_MODEL = Change(
    old="state.model",
    today="process.get_model_weights(state)",
    lesson="federated_evaluation",
    word="process.get_model_weights(state)",
)
CALL_EVALUATION = Change(
    old="evaluation(process.get_model_weights(state), cohort)",
    today="evaluation_state = evaluation.set_model_weights(\n"
    "    evaluation.initialize(), process.get_model_weights(state)\n"
    ")\n"
    "evaluation.next(evaluation_state, cohort).metrics",
    lesson="federated_evaluation",
    word="evaluation.set_model_weights(evaluation.initialize(), ",
    told="TypeError",
    note="A learning process is not a function: it has initialize, set_model_weights and next.",
)
EVALUATION_TYPE = Change(
    old="evaluation.type_signature",
    today="evaluation.next.type_signature",
    lesson="federated_evaluation",
    word="evaluation.next.type_signature",
)
TENSORFLOW_DTYPE = Change(
    old="tff.FederatedType(tf.float32, tff.CLIENTS)",
    today="tff.FederatedType(np.float32, tff.CLIENTS)",
    lesson="federated_core",
    word="np.float32",
    told="TypeError",
    note="TFF's types are made of NumPy's.",
)
TENSORFLOW_SPEC = Change(
    old="tff.SequenceType(model.input_spec)",
    today="tff.SequenceType(tff.types.tensorflow_to_type(model.input_spec))",
    lesson="averaging_by_hand",
    word="tff.types.tensorflow_to_type",
    told="TypeError",
    note="TFF's types are made of NumPy's; tensorflow_to_type translates TensorFlow's.",
)
COMPUTED_VALUE = Change(
    old="tff.federated_value(f(), tff.SERVER)",
    today="tff.federated_eval(f, tff.SERVER)",
    lesson="federated_core",
    word="tff.federated_eval",
    told="FutureWarning",
    note="federated_value is for constants; TFF still runs the old line, and calls it deprecated.",
)

CHANGES = (
    # The engine
    Change(
        old="tff.backends.native.set_local_execution_context()",
        today="fl_course.setup()",
        lesson="centralized_training",
        word="fl_course.setup()",
        names=_names(
            tff_backends_native=(
                "set_local_execution_context set_local_python_execution_context "
                "set_local_async_python_execution_context set_localhost_cpp_execution_context "
                "create_local_execution_context create_local_python_execution_context "
                "create_local_async_python_execution_context "
                "create_localhost_cpp_execution_context"
            ),
            tff_framework=(
                "set_default_executor create_local_executor local_executor_factory "
                "create_executor_factory"
            ),
            tff_backends="reference",
            tff_test="ReferenceExecutor",
        ),
        note="Leave the line out: the engine runs since the notebook's first cell.",
    ),
    # Federated data
    Change(
        old="tff.simulation.ClientData",
        today="tff.simulation.datasets.ClientData",
        lesson="federated_data",
        word="tff.simulation.datasets.ClientData",
        names=("tff.simulation.ClientData",),
        note="Its from_clients_and_fn is from_clients_and_tf_fn today.",
    ),
    Change(
        old='tff.simulation.FromTensorSlicesClientData({"client_a": {"x": [1.0]}})',
        today='tff.simulation.datasets.TestClientData({"client_a": {"x": [1.0]}})',
        lesson="federated_data",
        word="tff.simulation.datasets.TestClientData",
        names=("tff.simulation.FromTensorSlicesClientData",),
    ),
    # Learning
    Change(
        old="tff.learning.from_keras_model(\n"
        "    keras_model, input_spec=input_spec, loss=loss, metrics=metrics\n"
        ")",
        today="tff.learning.models.from_keras_model(\n"
        "    keras_model, input_spec=input_spec, loss=loss, metrics=metrics\n"
        ")",
        lesson="federated_averaging",
        word="tff.learning.models.from_keras_model",
        names=("tff.learning.from_keras_model", "tff.learning.from_compiled_keras_model"),
    ),
    Change(
        old="class MyModel(tff.learning.Model): ...",
        today="class MyModel(tff.learning.models.VariableModel): ...",
        lesson="federated_averaging",
        word="tff.learning.models.functional_model_from_keras",
        names=("tff.learning.Model", "tff.learning.TrainableModel"),
        note="Its methods changed too. tff.learning.models.functional_model_from_keras makes a "
        "model without a class.",
    ),
    Change(
        old="tff.learning.build_federated_averaging_process(\n"
        "    model_fn, client_optimizer_fn=lambda: tf.keras.optimizers.SGD(0.02)\n"
        ")",
        today="tff.learning.algorithms.build_weighted_fed_avg(\n"
        "    model_fn, client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02)\n"
        ")",
        lesson="federated_averaging",
        word="tff.learning.algorithms.build_weighted_fed_avg",
        names=("tff.learning.build_federated_averaging_process",),
    ),
    KERAS_OPTIMIZER,
    METRICS,
    METRICS_FIELDS,
    STATE_MODEL,
    Change(
        old="tff.learning.build_federated_evaluation(model_fn)",
        today="evaluation = tff.learning.algorithms.build_fed_eval(model_fn)",
        lesson="federated_evaluation",
        word="tff.learning.algorithms.build_fed_eval",
        names=("tff.learning.build_federated_evaluation", "tff.learning.build_local_evaluation"),
        note="It gives a process and not a function: initialize, set_model_weights, next.",
    ),
    CALL_EVALUATION,
    EVALUATION_TYPE,
    Change(
        old="tff.learning.assign_weights_to_keras_model(keras_model, state.model)",
        today="process.get_model_weights(state).assign_weights_to(keras_model)",
        lesson="federated_evaluation",
        word="assign_weights_to(keras_model)",
        names=("tff.learning.assign_weights_to_keras_model",),
    ),
    Change(
        old="tff.learning.state_with_new_model_weights(state, trainable, non_trainable)",
        today="process.set_model_weights(\n"
        "    state, tff.learning.models.ModelWeights(trainable, non_trainable)\n"
        ")",
        lesson="federated_evaluation",
        word="set_model_weights(",
        names=("tff.learning.state_with_new_model_weights",),
    ),
    Change(
        old="tff.learning.build_federated_sgd_process(\n"
        "    model_fn, server_optimizer_fn=lambda: tf.keras.optimizers.SGD(0.1)\n"
        ")",
        today="tff.learning.algorithms.build_fed_sgd(\n"
        "    model_fn, tff.learning.optimizers.build_sgdm(learning_rate=0.1)\n"
        ")",
        lesson="make_it_your_own",
        word="tff.learning.algorithms.build_fed_sgd",
        names=("tff.learning.build_federated_sgd_process",),
    ),
    Change(
        old="tff.learning.framework.build_encoded_mean_process_from_model(model_fn, encoder_fn)",
        today="tff.learning.algorithms.build_weighted_fed_avg(\n"
        "    model_fn, optimizer, model_aggregator=tff.learning.compression_aggregator()\n"
        ")",
        lesson="make_it_your_own",
        word="tff.learning.compression_aggregator",
        names=("tff.learning.framework",),
        note="Of tff.learning.framework, ModelWeights and weights_type_from_model are in "
        "tff.learning.models, and tff.learning.templates has the parts of a process.",
    ),
    Change(
        old="tff.learning.reconstruction.build_training_process",
        today="tff.learning.algorithms.build_fed_recon",
        lesson="make_it_your_own",
        word="tff.learning.algorithms.build_fed_recon",
        names=("tff.learning.reconstruction",),
        note="Its models are tff.learning.models.ReconstructionModel, its evaluation "
        "tff.learning.algorithms.build_fed_recon_eval.",
    ),
    ARGUMENTS,
    # Federated Core
    Change(
        old="@tff.tf_computation(tf.float32)",
        today="@tff.tensorflow.computation(np.float32)",
        lesson="federated_core",
        word="@tff.tensorflow.computation(np.float32)",
        names=("tff.tf_computation", "tff.experimental_tf_fn_computation"),
    ),
    Change(
        old="tff.type_at_clients(tf.float32)",
        today="tff.FederatedType(np.float32, tff.CLIENTS)",
        lesson="federated_core",
        word="tff.FederatedType(",
        names=("tff.type_at_clients", "tff.types.at_clients"),
        note="Equal at all clients: tff.FederatedType(np.float32, tff.CLIENTS, all_equal=True).",
    ),
    Change(
        old="tff.type_at_server(tf.float32)",
        today="tff.FederatedType(np.float32, tff.SERVER)",
        lesson="federated_core",
        word="tff.FederatedType(",
        names=("tff.type_at_server", "tff.types.at_server"),
    ),
    TENSORFLOW_DTYPE,
    TENSORFLOW_SPEC,
    Change(
        old='tff.NamedTupleType([("loss", tf.float32)])',
        today='tff.StructType([("loss", np.float32)])',
        lesson="federated_core",
        word="tff.StructType(",
        names=("tff.NamedTupleType",),
    ),
    COMPUTED_VALUE,
    Change(
        old="tff.federated_apply(add_half, at_server)",
        today="tff.federated_map(add_half, at_server)",
        lesson="federated_core",
        word="tff.federated_map(add_half, ",
        names=("tff.federated_apply",),
    ),
    Change(
        old="tff.federated_reduce(at_clients, zero, add)",
        today="tff.federated_aggregate(at_clients, zero, add, merge, report)",
        lesson="federated_core",
        word="tff.federated_aggregate",
        names=("tff.federated_reduce",),
    ),
    Change(
        old="tff.federated_collect(at_clients)",
        today="tff.federated_aggregate(at_clients, zero, add, merge, report)",
        lesson="federated_core",
        word="tff.federated_aggregate",
        names=("tff.federated_collect",),
        note="No operator hands the clients' values to the server as they are.",
    ),
    Change(
        old="tff.aggregators.federated_max(at_clients)",
        today="tff.federated_max(at_clients)",
        lesson="federated_core",
        word="tff.federated_max",
        names=("tff.aggregators.federated_max",),
    ),
    Change(
        old="tff.aggregators.federated_min(at_clients)",
        today="tff.federated_min(at_clients)",
        lesson="federated_core",
        word="tff.federated_min",
        names=("tff.aggregators.federated_min",),
    ),
    Change(
        old="tff.utils.IterativeProcess(initialize_fn, next_fn)",
        today="tff.templates.IterativeProcess(initialize_fn, next_fn)",
        lesson="averaging_by_hand",
        word="tff.templates.IterativeProcess",
        names=("tff.utils", "tff.IterativeProcess"),
        note="Of tff.utils, federated_max and federated_min stand in tff itself; aggregation with "
        "noise or compression is tff.learning.dp_aggregator, tff.learning.compression_aggregator.",
    ),
)

# Arguments of process builders and of from_keras_model: the name of today, and the lesson that
# teaches it.
OLD_ARGUMENTS: dict[str, tuple[str, str | None]] = {
    "aggregation_process": ("model_aggregator", "make_it_your_own"),
    "model_update_aggregation_factory": ("model_aggregator", "make_it_your_own"),
    "stateful_delta_aggregate_fn": ("model_aggregator", "make_it_your_own"),
    "broadcast_process": ("model_distributor", None),
    "stateful_model_broadcast_fn": ("model_distributor", None),
    "client_weight_fn": ("client_weighting", None),
    "use_experimental_simulation_loop": ("loop_implementation", None),
    "dummy_batch": ("input_spec", "federated_averaging"),
}

_FEDERATED_DATA = "tff.simulation.datasets"
_CONTEXT = "tff.backends.test.set_sync_test_cpp_execution_context"
_CREATE_CONTEXT = "tff.backends.test.create_sync_test_cpp_execution_context"
_CHECK_FORM = "tff.backends.mapreduce.check_computation_compatible_with_map_reduce_form"
_FROM_FORM = "tff.backends.mapreduce.get_computation_for_map_reduce_form"
_TO_FORM = "tff.backends.mapreduce.get_map_reduce_form_for_computation"
_PERSONALIZATION = "tff.learning.algorithms.build_personalization_eval_computation"

MOVED = {
    "tff.AnonymousTuple": "tff.structure.Struct",
    "tff.federated_average": "tff.federated_mean",
    "tff.sequence_average": "tff.sequence_sum, divided by how many there are",
    "tff.learning.federated_averaging": "tff.learning.algorithms.build_weighted_fed_avg",
    "tff.learning.federated_evaluation": "tff.learning.algorithms.build_fed_eval",
    "tff.learning.federated_sgd": "tff.learning.algorithms.build_fed_sgd",
    "tff.learning.keras_utils": "tff.learning.models.from_keras_model",
    "tff.learning.keras_weights_from_tff_weights": (
        "process.get_model_weights(state).assign_weights_to(keras_model)"
    ),
    "tff.learning.model": "tff.learning.models",
    "tff.learning.model_utils": "tff.learning.models",
    "tff.learning.personalization_eval": (
        "tff.learning.algorithms.build_personalization_eval_computation"
    ),
    "tff.simulation.client_data": "tff.simulation.datasets",
    "tff.simulation.file_per_user_client_data": "tff.simulation.datasets.FilePerUserClientData",
    "tff.simulation.from_tensor_slices_client_data": "tff.simulation.datasets.TestClientData",
    "tff.simulation.hdf5_client_data": "tff.simulation.datasets.SqlClientData",
    "tff.simulation.sql_client_data": "tff.simulation.datasets.SqlClientData",
    "tff.simulation.transforming_client_data": "tff.simulation.datasets.TransformingClientData",
    "tff.simulation.datasets.ClientData.from_clients_and_fn": (
        "tff.simulation.datasets.ClientData.from_clients_and_tf_fn"
    ),
    "tff.PlacementType": "tff.types.PlacementType",
    "tff.Struct": "tff.structure.Struct",
    "tff.federated_secure_modular_sum": "tff.backends.mapreduce.federated_secure_modular_sum",
    "tff.jax_computation": "tff.jax.computation",
    "tff.structure_from_tensor_type_tree": "tff.types.structure_from_tensor_type_tree",
    "tff.aggregators.AggregationProcessFactory": "tff.aggregators.UnweightedAggregationFactory",
    "tff.aggregators.ClippingFactory": "tff.aggregators.clipping_factory",
    "tff.aggregators.EliasGammaEncodedSumFactory": "tff.aggregators.EncodedSumFactory",
    "tff.aggregators.ZeroingClippingFactory": "tff.aggregators.zeroing_factory",
    "tff.aggregators.ZeroingFactory": "tff.aggregators.zeroing_factory",
    "tff.analytics.heavy_hitters.iblt.UTF8Chunker": (
        "tff.analytics.heavy_hitters.iblt.create_chunker"
    ),
    "tff.backends.mapreduce.CanonicalForm": "tff.backends.mapreduce.MapReduceForm",
    "tff.backends.mapreduce.check_iterative_process_compatible_with_canonical_form": _CHECK_FORM,
    "tff.backends.mapreduce.check_iterative_process_compatible_with_map_reduce_form": _CHECK_FORM,
    "tff.backends.mapreduce.get_canonical_form_for_iterative_process": _TO_FORM,
    "tff.backends.mapreduce.get_map_reduce_form_for_iterative_process": _TO_FORM,
    "tff.backends.mapreduce.get_iterative_process_for_canonical_form": _FROM_FORM,
    "tff.backends.mapreduce.get_iterative_process_for_map_reduce_form": _FROM_FORM,
    "tff.backends.mapreduce.get_state_initialization_computation_for_map_reduce_form": (
        "tff.backends.mapreduce.get_state_initialization_computation"
    ),
    "tff.backends.test.set_test_execution_context": _CONTEXT,
    "tff.backends.test.set_test_python_execution_context": _CONTEXT,
    "tff.backends.test.create_test_execution_context": _CREATE_CONTEXT,
    "tff.backends.test.create_test_python_execution_context": _CREATE_CONTEXT,
    "tff.framework.Context": "tff.framework.SyncContext",
    "tff.framework.ExecutionContext": "tff.framework.SyncExecutionContext",
    "tff.framework.Tuple": "tff.framework.Struct",
    "tff.framework.deserialize_type": "tff.types.deserialize_type",
    "tff.framework.is_tensorflow_compatible_type": "tff.types.is_tensorflow_compatible_type",
    "tff.framework.replace_intrinsics_with_bodies": "tff.tensorflow.replace_intrinsics_with_bodies",
    "tff.framework.serialize_type": "tff.types.serialize_type",
    "tff.framework.type_contains": "tff.types.contains",
    "tff.framework.type_to_tf_tensor_specs": "tff.types.type_to_tf_tensor_specs",
    "tff.learning.BatchOutput": "tff.learning.models.BatchOutput",
    "tff.learning.MetricFinalizersType": "tff.learning.metrics.MetricFinalizersType",
    "tff.learning.ModelWeights": "tff.learning.models.ModelWeights",
    "tff.learning.build_personalization_eval": _PERSONALIZATION,
    "tff.learning.build_personalization_eval_computation": _PERSONALIZATION,
    "tff.learning.entropy_compression_aggregator": "tff.learning.compression_aggregator",
    "tff.learning.federated_aggregate_keras_metric": "tff.learning.metrics.sum_then_finalize",
    "tff.learning.ClientFedAvg": "tff.learning.templates.build_model_delta_client_work",
    "tff.program.AwaitableValueReference": "tff.program.MaterializableValueReference",
    "tff.program.FilterMismatchError": "tff.program.NotFilterableError",
    "tff.program.MaterializablePythonType": "tff.program.MaterializedValue",
    "tff.program.MaterializableTffType": "tff.program.MaterializableTypeSignature",
    "tff.program.ProgramStateManagerStateAlreadyExistsError": "tff.program.ProgramStateExistsError",
    "tff.program.ProgramStateManagerStateNotFoundError": "tff.program.ProgramStateNotFoundError",
    "tff.simulation.CSVMetricsManager": "tff.program.CSVFileReleaseManager",
    "tff.simulation.FileCheckpointManager": "tff.program.FileProgramStateManager",
    "tff.simulation.FilePerUserClientData": f"{_FEDERATED_DATA}.FilePerUserClientData",
    "tff.simulation.HDF5ClientData": f"{_FEDERATED_DATA}.SqlClientData",
    "tff.simulation.MetricsManager": "tff.program.ReleaseManager",
    "tff.simulation.TRAIN_STEP_TIME_KEY": "tff.simulation.TRAINING_TIME_KEY",
    "tff.simulation.TensorBoardManager": "tff.program.TensorBoardReleaseManager",
    "tff.simulation.TransformingClientData": f"{_FEDERATED_DATA}.TransformingClientData",
    "tff.simulation.VALIDATION_METRICS_PREFIX": "tff.simulation.EVALUATION_METRICS_PREFIX",
    "tff.simulation.VALIDATION_TIME_KEY": "tff.simulation.EVALUATION_TIME_KEY",
    "tff.simulation.build_uniform_client_sampling_fn": "tff.simulation.build_uniform_sampling_fn",
    "tff.simulation.compose_dataset_computation": (
        "tff.simulation.compose_dataset_computation_with_iterative_process"
    ),
    "tff.simulation.run_simulation": "tff.simulation.run_training_process",
    "tff.simulation.run_simulation_with_callbacks": "tff.simulation.run_training_process",
    "tff.simulation.run_stateless_simulation": "tff.simulation.run_training_process",
    "tff.test.TestCase": "tf.test.TestCase",
    "tff.test.main": "tf.test.main",
}

GONE = (
    Gone(
        _names(
            tff_framework=(
                "CachingExecutor ComposingExecutor ComposingExecutorFactory CompositeExecutor "
                "ConcurrentExecutor DataBackend DataExecutor EagerExecutor EagerTFExecutor "
                "Executor ExecutorService ExecutorValue FederatedComposingStrategy "
                "FederatedExecutor FederatedResolvingStrategy FederatingExecutor "
                "FederatingStrategy LambdaExecutor ReconstructOnChangeExecutorFactory "
                "ReferenceExecutor ReferenceResolvingExecutor SizeInfo SizingExecutorFactory "
                "ThreadDelegatingExecutor TransformingExecutor UnplacedExecutorFactory "
                "executors_errors get_session_token remote_executor_factory "
                "remote_executor_factory_from_stubs sizing_executor_factory "
                "thread_debugging_executor_factory worker_pool_executor_factory"
            ),
            tff_backends_native=(
                "create_sizing_execution_context set_thread_debugging_execution_context "
                "create_thread_debugging_execution_context"
            ),
            tff="data",
            tff_program="Capability",
        ),
        why="TFF's executors were written anew in C++ and run in a worker process, which "
        "fl_course.setup() starts; there is none in Python to put together any more.",
    ),
    Gone(
        _names(
            tff_backends_native=(
                "create_remote_execution_context create_remote_python_execution_context "
                "set_remote_execution_context set_remote_python_execution_context "
                "DistributedConfiguration "
                "create_async_experimental_distributed_cpp_execution_context "
                "create_sync_experimental_distributed_cpp_execution_context "
                "set_async_experimental_distributed_cpp_execution_context "
                "set_sync_experimental_distributed_cpp_execution_context"
            ),
            tff_backends_test=(
                "DistributedConfiguration "
                "create_async_experimental_distributed_cpp_execution_context "
                "create_sync_experimental_distributed_cpp_execution_context "
                "set_async_experimental_distributed_cpp_execution_context "
                "set_sync_experimental_distributed_cpp_execution_context"
            ),
            tff_simulation="run_server server_context",
        ),
        why="Today's package brings no context for workers on other machines. "
        "tff.framework.RemoteExecutorGrpcStub and RemoteExecutor are the parts to make one of.",
    ),
    Gone(
        _names(
            tff_backends_xla=(
                "create_local_execution_context create_local_python_execution_context "
                "set_local_execution_context set_local_python_execution_context"
            ),
            tff="experimental",
            tff_learning="build_jax_federated_averaging_process",
        ),
        why="Computations in JAX are tff.jax.computation today, which needs jax; this course's TFF "
        "runs without it. Write them with tff.tensorflow.computation.",
    ),
    Gone(
        _names(
            tff_framework=(
                "TFParser building_block_to_computation check_allowed_ops "
                "check_broadcast_not_dependent_on_aggregate "
                "check_contains_only_reducible_intrinsics check_disallowed_ops "
                "check_has_unique_names check_intrinsics_whitelisted_for_reduction "
                "create_federated_map_all_equal create_federated_map_or_apply "
                "create_federated_zip get_map_of_unbound_references inline_block_locals "
                "insert_called_tf_identity_at_leaves is_called_intrinsic "
                "merge_tuple_intrinsics remove_called_lambdas_and_blocks "
                "remove_lambdas_and_blocks remove_mapped_or_applied_identity "
                "replace_called_lambda_with_block uniquify_reference_names unwrap_placement"
            ),
            tff_backends_native="transform_mathematical_functions_to_tensorflow",
        ),
        why="A part of TFF's compiler that is no longer public. "
        "tff.framework.transform_postorder and tff.framework.to_call_dominant are what there is "
        "for rewriting computations.",
    ),
    Gone(
        _names(tff_framework="are_equivalent_types is_assignable_from"),
        why="A method of types today: one.is_equivalent_to(other), one.is_assignable_from(other).",
    ),
    Gone(
        _names(
            tff_framework="type_from_tensors transform_type_postorder",
            tff_types="type_from_tensors infer_unplaced_type",
        ),
        why="Not public any more. tff.types.tensorflow_to_type makes a type of TensorFlow's specs, "
        "tff.to_type of NumPy's types.",
    ),
    Gone(
        _names(tff="check_returns_type"),
        why="Compare the computation's type_signature.result with the type you expect.",
    ),
    Gone(
        _names(tff_simulation_datasets_emnist="get_infinite"),
        why="tff.simulation.datasets.TransformingClientData makes more clients of given ones.",
    ),
    Gone(
        _names(tff_simulation="TRAIN_STEPS_PER_HOUR_KEY"),
        why="tff.simulation.run_training_process reports times only: "
        "tff.simulation.TRAINING_TIME_KEY.",
    ),
    Gone(
        _names(tff_program="FetchedValue PrefetchingDataSource PrefetchingDataSourceIterator"),
        why="Removed without a successor; tff.program.DatasetDataSource gives a cohort at a time.",
    ),
    Gone(
        _names(
            tff_program=(
                "FileReleaseManagerIncompatibleFileError "
                "FileReleaseManagerPermissionDeniedError ProgramStateManagerStructureError"
            ),
        ),
        why="Removed: what went wrong with a file is told by Python's own errors.",
    ),
    Gone(
        _names(
            tff="async_utils profiler proto",
            tff_learning="deprecation",
        ),
        why="A helper of TFF's own that is no longer public.",
    ),
)
