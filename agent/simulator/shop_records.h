#pragma once

#include <cstdint>

#include "agent/simulator/record_batch.h"

/// Records of the shop's topics, each the same whenever it is read. Ids of schemas are those of
/// ShopRegistry; layouts are Avro's (avro.apache.org/docs/1.11.1/specification, binary encoding)
/// behind Confluent's five bytes.
namespace klaxon::simulator {

RecordContent OrderRecord(int32_t partition, int64_t offset);
RecordContent OrderItemRecord(int32_t partition, int64_t offset);
RecordContent CustomerRecord(int32_t partition, int64_t offset);

/// Of a producer that writes the id of its schema the wrong way round.
RecordContent PaymentRecord(int32_t partition, int64_t offset);

/// JSON without a schema.
RecordContent LoginRecord(int32_t partition, int64_t offset);

}  // namespace klaxon::simulator
