#include "agent/connect/restart.h"

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::connect {
namespace {

struct Answer202 {
  std::string_view what{};
  std::string_view connector{};
  std::vector<std::string_view> tasks{};
  RestartOutcome expected = RestartOutcome::kUnknown;
};

std::string BodyOf(const Answer202& answer) {
  std::string tasks;
  for (size_t id = 0; id < answer.tasks.size(); ++id) {
    tasks += (id == 0 ? "" : ",") + std::string(R"({"id":)") + std::to_string(id) +
             R"(,"worker_id":"w1:8083","state":")" + std::string(answer.tasks[id]) + R"("})";
  }
  return R"({"name":"sink","connector":{"state":")" + std::string(answer.connector) +
         R"(","worker_id":"w1:8083"},"tasks":[)" + tasks + R"(],"type":"sink"})";
}

TEST_CASE("what 202 means is in the states that come with it", "[connect]") {
  using enum RestartOutcome;
  const std::vector<Answer202> answers{
      {"a task is restarted", "RUNNING", {"RESTARTING", "RUNNING"}, kAccepted},
      {"the connector is restarted", "RESTARTING", {"RUNNING"}, kAccepted},
      {"its worker was quicker than the answer", "RUNNING", {"RUNNING", "RUNNING"}, kAccepted},
      {"it runs, and has no tasks", "RUNNING", {}, kAccepted},
      {"nothing was done: its worker is gone", "RUNNING", {"FAILED", "RUNNING"}, kNoOp},
      {"nothing was done for the connector", "FAILED", {"RUNNING"}, kNoOp},
      {"it was paused meanwhile", "PAUSED", {"PAUSED"}, kNoOp},
      {"a task is dealt out anew", "RUNNING", {"UNASSIGNED", "RUNNING"}, kNoOp},
  };
  for (const Answer202& answer : answers) {
    CAPTURE(answer.what);
    const http::HttpResponse response{.status = 202, .body = BodyOf(answer)};
    CHECK(JudgeRestart("sink", response, Version{4, 3}).outcome == answer.expected);
  }
}

}  // namespace
}  // namespace klaxon::connect
