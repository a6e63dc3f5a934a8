"""What TFF after 0.87 calls the things of 0.87: for code that is newer, or is to become so.

Read in TFF's sources at v0.88.0, v0.89.0 and its main branch of August 2026, and in
federated_language 0.5. What learners write that is newer is told the name of 0.87 by
`old_names.py`; the tables of `docs/api-changes.md` that lead from 0.87 to newer versions are made
of the same data by `tools/api_changes.py`.
"""

from fl_course.localization import noted
from fl_course.runtime.api_changes import Gone

LANGUAGE = "federated_language"
MAIN = "main"


def _same(package: str, newer_package: str, names: str) -> dict[str, str]:
    return {f"{package}.{name}": f"{newer_package}.{name}" for name in names.split()}


_FRAMEWORK = f"{LANGUAGE}.framework"

# By the first version in which the newer name exists: names of 0.87, and where they are there.
MOVED: dict[str, dict[str, str]] = {
    "0.88": {
        "tff.types.tensorflow_to_type": "tff.tensorflow.to_type",
        **_same(
            "tff.types",
            "tff.tensorflow",
            "structure_from_tensor_type_tree type_to_tf_tensor_specs",
        ),
    },
    MAIN: {
        **_same(
            "tff",
            LANGUAGE,
            "CLIENTS SERVER Computation FederatedType FunctionType SequenceType StructType "
            "StructWithPythonType TensorType Type TypedObject Value federated_aggregate "
            "federated_broadcast federated_computation federated_eval federated_map federated_max "
            "federated_mean federated_min federated_secure_select federated_secure_sum "
            "federated_secure_sum_bitwidth federated_select federated_sum federated_value "
            "federated_zip sequence_map sequence_reduce sequence_sum to_type to_value",
        ),
        **_same(
            "tff.types",
            LANGUAGE,
            "AbstractType ArrayShape FederatedType FunctionType PlacementType SequenceType "
            "StructType StructWithPythonType TensorType Type to_type",
        ),
        **_same(
            "tff.types",
            _FRAMEWORK,
            "TypeNotAssignableError TypesNotEquivalentError UnexpectedTypeError "
            "is_structure_of_floats is_structure_of_integers is_structure_of_tensors "
            "type_to_py_container",
        ),
        "tff.types.contains": f"{_FRAMEWORK}.type_contains",
        "tff.types.contains_only": f"{_FRAMEWORK}.type_contains_only",
        "tff.types.count": f"{_FRAMEWORK}.type_count",
        "tff.types.deserialize_type": f"{LANGUAGE}.Type.from_proto",
        "tff.types.is_shape_fully_defined": f"{LANGUAGE}.array_shape_is_fully_defined",
        "tff.types.num_elements_in_shape": f"{LANGUAGE}.num_elements_in_array_shape",
        "tff.types.serialize_type": f"{LANGUAGE}.Type.to_proto",
        **_same(
            "tff.framework",
            _FRAMEWORK,
            "AsyncContext AsyncExecutionContext Block Call CardinalitiesType CompiledComputation "
            "ComputationBuildingBlock ConcreteComputation ContextStack Data ExecutorFactory "
            "FEDERATED_AGGREGATE FEDERATED_APPLY FEDERATED_BROADCAST FEDERATED_EVAL_AT_CLIENTS "
            "FEDERATED_EVAL_AT_SERVER FEDERATED_MAP FEDERATED_MAP_ALL_EQUAL FEDERATED_SUM "
            "FEDERATED_VALUE_AT_CLIENTS FEDERATED_VALUE_AT_SERVER FEDERATED_ZIP_AT_CLIENTS "
            "FEDERATED_ZIP_AT_SERVER Intrinsic Lambda Literal Placement PlacementLiteral Reference "
            "RetryableError Selection Struct SyncContext SyncExecutionContext UnexpectedBlockError "
            "get_context_stack set_default_context transform_postorder transform_preorder "
            "unique_name_generator",
        ),
        "tff.framework.deserialize_computation": f"{_FRAMEWORK}.ConcreteComputation.from_proto",
        "tff.framework.serialize_computation": f"{_FRAMEWORK}.ConcreteComputation.to_proto",
        **_same(
            "tff.program",
            f"{LANGUAGE}.program",
            "DelayedReleaseManager FederatedContext FederatedDataSource "
            "FederatedDataSourceIterator FilteringReleaseManager GroupingReleaseManager "
            "LoggingReleaseManager MaterializableStructure MaterializableTypeSignature "
            "MaterializableValue MaterializableValueReference MaterializedStructure "
            "MaterializedValue MemoryReleaseManager NativeFederatedContext NativeValueReference "
            "NotFilterableError PeriodicReleaseManager ProgramStateExistsError ProgramStateManager "
            "ProgramStateNotFoundError ProgramStateStructure ProgramStateValue "
            "ReleasableStructure ReleasableValue ReleaseManager check_in_federated_context "
            "contains_only_server_placed_data materialize_value",
        ),
        **_same("tff.test", _FRAMEWORK, "set_no_default_context with_context"),
        "tff.test.create_runtime_error_context": f"{_FRAMEWORK}.RuntimeErrorContext",
    },
}

# Names of 0.87 that the main branch has nowhere. (For the document only: here they are right.)
REMOVED = (
    Gone(
        (
            "tff.learning.algorithms.build_fed_recon",
            "tff.learning.algorithms.build_fed_recon_eval",
            "tff.learning.models.ReconstructionModel",
            "tff.learning.models.ReconstructionDatasetSplitFn",
        ),
        why="Federated reconstruction was removed without a successor.",
    ),
    Gone(
        (
            "tff.learning.compression_aggregator",
            "tff.learning.ddp_secure_aggregator",
            "tff.aggregators.EncodedSumFactory",
        ),
        why="Compression by encoders and distributed differential privacy were removed; "
        "tff.learning.dp_aggregator, robust_aggregator and secure_aggregator are still there.",
    ),
    Gone(
        ("tff.jax", "tff.backends.xla", "tff.learning.programs.train_model_with_vizier"),
        why="Computations in JAX and the search with Vizier were removed.",
    ),
    Gone(
        (
            "tff.test.assert_contains_secure_aggregation",
            "tff.test.assert_contains_unsecure_aggregation",
            "tff.test.assert_not_contains_secure_aggregation",
            "tff.test.assert_not_contains_unsecure_aggregation",
            "tff.test.assert_type_assignable_from",
            "tff.test.assert_types_equivalent",
            "tff.test.assert_types_identical",
            "tff.test.with_contexts",
        ),
        why="Assertions of TFF's own tests; types have is_assignable_from and is_equivalent_to.",
    ),
    Gone(
        (
            "tff.framework.CardinalityCarrying",
            "tff.framework.CardinalityFreeDataDescriptor",
            "tff.framework.CreateDataDescriptor",
            "tff.framework.DataDescriptor",
            "tff.framework.Ingestable",
            "tff.framework.merge_cardinalities",
        ),
        why="Removed in 0.88: a computation takes values, and no descriptions of data any more.",
    ),
    Gone(
        (
            "tff.types.TypeRelation",
            "tff.types.TypesNotIdenticalError",
            "tff.types.is_tensorflow_compatible_type",
            "tff.types.type_mismatch_error_message",
        ),
        why="Not public any more.",
    ),
)

# What lessons use and the main branch still has: a module, for all in it that is not above.
KEPT = (
    "tff.aggregators.DifferentiallyPrivateFactory",
    "tff.aggregators.UnweightedMeanFactory",
    "tff.analytics",
    "tff.backends.test",
    "tff.learning",
    "tff.program",
    "tff.simulation",
    "tff.templates",
    "tff.tensorflow.computation",
)

# Names of newer versions that are not public in 0.87, where 0.87 has the same thing all the same.
_FUNCTIONS = "tensorflow_federated.python.core.impl.computation.function_utils"
HIDDEN = _same("tff.framework", _FUNCTIONS, "pack_args_into_struct unpack_args_from_struct")

# Names of newer versions without a counterpart in 0.87.
NEW = (
    Gone(
        (
            "tff.learning.algorithms.build_fed_multi_model_eval",
            "tff.learning.algorithms.build_fed_multi_model_eval_from_processes",
        ),
        why=noted(
            "Evaluate one model after the other, each with a process of "
            "tff.learning.algorithms.build_fed_eval."
        ),
    ),
    Gone(
        (
            "tff.tensorflow.optimize_tensorflow_graphs",
            "tff.tensorflow.transform_tf_add_ids",
            "tff.tensorflow.transform_tf_call_ops_to_disable_grappler",
        ),
        why=noted("A step of TFF's compiler, which the engine takes by itself. Leave it out."),
    ),
    Gone(
        ("tff.program.ComputationArg",),
        why=noted(
            "It puts a call off in a federated platform. Call the computation with its arguments."
        ),
    ),
)
