#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "agent/simulator/cluster.h"
#include "tests/simulator/blocking_client.h"

namespace klaxon::simulator {

/// Two topics and a group of each kind. Time stands still for offsets, so that what is asked twice
/// is equal; brokers are fenced and let in again at once.
ClusterSpec SmallSpec(int brokers);

std::unique_ptr<Cluster> StartSmall(Clock& clock, int brokers = 1);

template <class Request>
typename Request::Response MustAsk(const BlockingClient& client, const Request& request,
                                   int16_t version = Request::kVersions.max) {
  auto response = client.Ask(request, version);
  INFO(Name(Request::kApiKey) << " version " << version << ": "
                              << (response ? std::string("answered") : response.error().message()));
  REQUIRE(response);
  return std::move(*response);
}

/// Waits up to ten seconds for a condition.
template <class Condition>
bool Eventually(Condition condition) {
  const MonoTime deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return true;
}

}  // namespace klaxon::simulator
