#include "agent/http/gate.h"

#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::http {
namespace {

constexpr int kNoSocket = -1;  // the gate only shuts it down

TEST_CASE("newcomers wait while too many that were told to go have not left") {
  const MonoTime now{std::chrono::seconds{100}};
  const std::string client = "192.0.2.1";
  Gate gate({.connections_per_address = 1});
  const auto first = gate.Enter(kNoSocket, client, now).id;
  REQUIRE(first);
  for (size_t i = 1; i < Gate::kMostLeaving; ++i) {
    REQUIRE(gate.Enter(kNoSocket, client, now).id);
  }
  CHECK_FALSE(gate.Full(now));
  const auto last = gate.Enter(kNoSocket, client, now).id;  // sends the one before it away
  REQUIRE(last);
  CHECK(gate.Full(now));

  SECTION("they come in when one of those leaves") {
    gate.Leave(*first);
    CHECK_FALSE(gate.Full(now));
  }
  SECTION("that a connection leaves that may stay makes no room") {
    gate.Leave(*last);
    CHECK(gate.Full(now));
  }
}

}  // namespace
}  // namespace klaxon::http
