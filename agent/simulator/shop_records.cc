#include "agent/simulator/shop_records.h"

#include <cstring>

#include <fmt/format.h>

namespace klaxon::simulator {
namespace {

// As ShopRegistry registers them, one after the other.
constexpr uint32_t kOrder = 2;
constexpr uint32_t kItem = 3;
constexpr uint32_t kCustomer = 4;
constexpr uint32_t kCustomerKey = 5;
constexpr uint32_t kPayment = 6;

std::string Framed(uint32_t id) {
  std::string bytes(1, '\0');
  for (const uint32_t shift : {24U, 16U, 8U, 0U}) {
    bytes.push_back(static_cast<char>(id >> shift & 0xFFU));
  }
  return bytes;
}

std::string FramedLittleEndian(uint32_t id) {
  std::string bytes = Framed(id);
  return {bytes[0], bytes[4], bytes[3], bytes[2], bytes[1]};
}

std::string AvroLong(int64_t number) {
  auto left = static_cast<uint64_t>(number) << 1U ^ static_cast<uint64_t>(number >> 63U);
  std::string bytes;
  for (; left >= 0x80; left >>= 7U) {
    bytes.push_back(static_cast<char>((left & 0x7FU) | 0x80U));
  }
  bytes.push_back(static_cast<char>(left));
  return bytes;
}

std::string AvroText(std::string_view text) {
  return AvroLong(static_cast<int64_t>(text.size())).append(text);
}

std::string AvroDouble(double number) {
  uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  std::string bytes;
  for (uint32_t shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>(bits >> shift & 0xFFU));
  }
  return bytes;
}

/// Numbers that look like a shop's.
int64_t NumberOf(int32_t partition, int64_t offset) {
  return offset * 6 + partition + 100'000;
}

}  // namespace

RecordContent OrderRecord(int32_t partition, int64_t offset) {
  const int64_t order = NumberOf(partition, offset);
  return {.key = std::to_string(order),
          .value = Framed(kOrder) + AvroLong(order) + AvroLong(order % 7'919) +
                   AvroDouble(static_cast<double>(order % 20'000) / 100) + AvroText("EUR")};
}

RecordContent OrderItemRecord(int32_t partition, int64_t offset) {
  const int64_t order = NumberOf(partition, offset / 3);
  return {.key = std::to_string(order),
          .value = Framed(kItem) + AvroLong(order) +
                   AvroText(fmt::format("SKU-{:04}", offset % 5'000)) + AvroLong(1 + offset % 4)};
}

RecordContent CustomerRecord(int32_t partition, int64_t offset) {
  const int64_t customer = NumberOf(partition, offset) % 7'919;
  return {.key = Framed(kCustomerKey) + AvroLong(customer),
          .value = Framed(kCustomer) + AvroLong(customer) +
                   AvroText(fmt::format("Customer {}", customer))};
}

RecordContent PaymentRecord(int32_t partition, int64_t offset) {
  const int64_t order = NumberOf(partition, offset);
  return {.key = std::to_string(order),
          .value = FramedLittleEndian(kPayment) +
                   fmt::format(R"({{"order":{},"amount":{:.2f}}})", order,
                               static_cast<double>(order % 20'000) / 100)};
}

RecordContent LoginRecord(int32_t partition, int64_t offset) {
  return {.value = fmt::format(R"({{"user":{},"device":"phone"}})",
                               NumberOf(partition, offset) % 7'919)};
}

}  // namespace klaxon::simulator
