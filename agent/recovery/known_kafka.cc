#include <array>

#include "agent/recovery/known.h"

/// Kafka's clients, Connect's runtime, converters and the schema registry.
namespace klaxon::recovery {
namespace {

using enum FailureClass;

constexpr std::array kKafka{
    // clients/.../consumer/*.java: the position is not in the log, and auto.offset.reset is none.
    Known{kDataLossRisk, "OffsetOutOfRangeException"},
    Known{kDataLossRisk, "NoOffsetForPartitionException"},
    Known{kDataLossRisk, "LogTruncationException"},

    // org.apache.kafka.common.errors: AuthenticationException, AuthorizationException and all
    // that end so (Sasl..., Ssl..., Topic..., Group..., Cluster..., TransactionalId...,
    // DelegationToken...).
    Known{kConfiguration, "SslAuthenticationException*PKIX"},
    Known{kAuthorization, "AuthenticationException"},
    Known{kAuthorization, "AuthorizationException"},
    Known{kAuthorization, "javax.security.auth.login.LoginException"},

    // connect/runtime: Plugins.java, TooManyTasksException (KIP-1004).
    Known{kPluginMissing, "Failed to find any class that implements"},
    Known{kConfiguration, "TooManyTasksException"},
    // ClientUtils: a ConfigException, though usually it is DNS that is away.
    Known{kDependency, "No resolvable bootstrap urls"},
    Known{kConfiguration, "org.apache.kafka.common.config.ConfigException"},
    Known{kConfiguration, "connect.runtime.rest.errors.BadRequestException"},

    // org.apache.kafka.common.errors: what a topic or the cluster does not allow.
    Known{kConfiguration, "RecordTooLargeException"},
    Known{kConfiguration, "RecordBatchTooLargeException"},
    Known{kConfiguration, "InvalidTopicException"},
    Known{kConfiguration, "PolicyViolationException"},
    Known{kConfiguration, "InvalidReplicationFactorException"},
    Known{kConfiguration, "InvalidConfigurationException"},
    Known{kConfiguration, "kafka.common.errors.UnsupportedVersionException"},
    Known{kConfiguration, "UnsupportedForMessageFormatException"},
    Known{kConfiguration, "InvalidPartitionsException"},
    Known{kPoisonRecord, "kafka.common.InvalidRecordException"},
    Known{kPoisonRecord, "kafka.common.errors.InvalidRecordException"},

    // Brokers that are away: AdminClient, KafkaProducer, NetworkClient.
    Known{kDependency, "Timed out waiting for a node assignment"},
    Known{kDependency, "Failed to update metadata after"},
    Known{kDependency, "Timeout expired while fetching topic metadata"},
    Known{kDependency, "Bootstrap broker"},
    Known{kDependency, "NotEnoughReplicas"},
    Known{kDependency, "BrokerNotAvailableException"},
    Known{kDependency, "KafkaStorageException"},
    Known{kDependency, "kafka.common.errors.NetworkException"},
    Known{kDependency, "UnknownTopicOrPartitionException"},
    Known{kDependency, "kafka.common.errors.DisconnectException"},

    // Rebalances, elections, fencing: org.apache.kafka.common.errors, RetriableException and its
    // heirs.
    Known{kTransient, "CommitFailedException"},
    Known{kTransient, "RebalanceInProgressException"},
    Known{kTransient, "ProducerFencedException"},
    Known{kTransient, "InvalidProducerEpochException"},
    Known{kTransient, "OutOfOrderSequenceException"},
    Known{kTransient, "UnknownProducerIdException"},
    Known{kTransient, "InvalidPidMappingException"},
    Known{kTransient, "ConcurrentTransactionsException"},
    Known{kTransient, "CoordinatorNotAvailableException"},
    Known{kTransient, "CoordinatorLoadInProgressException"},
    Known{kTransient, "NotCoordinatorException"},
    Known{kTransient, "NotLeaderOrFollowerException"},
    Known{kTransient, "LeaderNotAvailableException"},
    Known{kTransient, "FencedLeaderEpochException"},
    Known{kTransient, "FencedInstanceIdException"},
    Known{kTransient, "UnknownMemberIdException"},
    Known{kTransient, "IllegalGenerationException"},
    Known{kTransient, "TransactionAbortedException"},
    Known{kTransient, "kafka.common.errors.TimeoutException"},
    Known{kTransient, "kafka.common.errors.InterruptException"},
    Known{kTransient, "errors.RetriableException"},
    // connect/runtime/WorkerSinkTask, ExactlyOnceWorkerSourceTask, WorkerSourceTask.
    Known{kTransient, "RetriableCommitFailedException"},
    Known{kTransient, "Unrecoverable exception from producer send callback"},

    // io.confluent.kafka.schemaregistry: RestClientException "message; error code: N" (B1).
    Known{kAuthorization, "RestClientException*error code: 401"},
    Known{kAuthorization, "RestClientException*error code: 403"},
    Known{kPoisonRecord, "RestClientException*error code: 40403"},
    Known{kConfiguration, "RestClientException*error code: 404"},
    Known{kConfiguration, "RestClientException*error code: 409"},
    Known{kConfiguration, "RestClientException*error code: 422"},
    Known{kDependency, "RestClientException*error code: 5"},
    Known{kDependency, "RestClientException*error code: 429"},
    Known{kConfiguration, "Schema being registered is incompatible"},

    // Converters and what they read with: connect-json, Avro, Protobuf, Jackson.
    Known{kPoisonRecord, "Unknown magic byte"},
    Known{kPoisonRecord, "com.fasterxml.jackson."},
    Known{kPoisonRecord, "org.apache.avro.AvroTypeException"},
    Known{kPoisonRecord, "org.apache.avro.AvroRuntimeException"},
    Known{kPoisonRecord, "com.google.protobuf.InvalidProtocolBufferException"},
    Known{kPoisonRecord, "errors.SchemaBuilderException"},
    Known{kPoisonRecord, "errors.SchemaProjectorException"},
    Known{kPoisonRecord, "RecordDeserializationException"},
    Known{kPoisonRecord, "seek past the record"},
    Known{kPoisonRecord, "kafka.common.errors.CorruptRecordException"},
    Known{kPoisonRecord, "kafka.connect.errors.DataException"},
    Known{kPoisonRecord, "kafka.common.errors.SerializationException"},
    // connect/runtime/errors/RetryWithToleranceOperator: a converter or a transformation failed
    // for one record, whatever it threw.
    Known{kPoisonRecord, "Tolerance exceeded in error handler"},
};

}  // namespace

std::span<const Known> KnownOfKafka() {
  return kKafka;
}

}  // namespace klaxon::recovery
