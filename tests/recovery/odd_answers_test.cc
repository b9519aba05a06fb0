#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/support/resident.h"
#include "tests/support/temporary_folder.h"

/// Answers to a restart as no Connect gives them: whoever gives them may be anybody.
namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using simulator::ConnectFaults;
using testing::TemporaryFolder;

constexpr size_t kTenMegabytes = size_t{10} << 20U;

struct Odd {
  std::string_view what{};
  ConnectFaults faults{};
  RestartOutcome outcome{};
  std::string_view words{};
};

/// What may have been done is an attempt and is verified; what surely was not is none.
const std::vector<Odd>& Oddities() {
  static const std::vector<Odd> oddities{
      {"200 whose JSON ends midway",
       {.body = R"({"name":"sink","connector":{"sta)"},
       RestartOutcome::kUnknown,
       "200, where Connect answers 202"},
      {"200 with bytes that are no text",
       {.body = std::string("\x00\xff\x01 garbage \r\n\x1b[2J", 17)},
       RestartOutcome::kUnknown,
       "200, where Connect answers 202"},
      {"200 with ten megabytes",
       {.body = std::string(kTenMegabytes, 'x')},
       RestartOutcome::kUnknown,
       ""},
      {"202 with the JSON of something else",
       {.status = 202, .message = "hello"},
       RestartOutcome::kUnknown,
       "202, but its answer is not Connect's"},
      {"500 with a message of ten megabytes",
       {.status = 500, .message = std::string(kTenMegabytes, 'x')},
       RestartOutcome::kUnknown,
       ""},
      {"a body that never ends", {.endless = true}, RestartOutcome::kUnknown, ""},
      {"no answer at all",
       {.delay = std::chrono::seconds{60}},
       RestartOutcome::kUnknown,
       "no answer in time"},
      {"a web page", {.html = true}, RestartOutcome::kDenied, "200 with a web page"},
      {"a redirect to itself",
       {.status = 302, .location = "/connectors/sink/restart"},
       RestartOutcome::kDenied,
       "follows no redirect"},
      {"a status that nobody knows", {.status = 299}, RestartOutcome::kDenied, "299"},
      {"one that is no status", {.status = 999}, RestartOutcome::kUnknown, ""},
  };
  return oddities;
}

TEST_CASE("15: an answer of no shape at all costs one restart at most, and little memory",
          "[recovery]") {
  const size_t before = testing::ResidentBytes();
  for (const Odd& odd : Oddities()) {
    INFO(odd.what);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartWorker();
    ConnectFaults faults = odd.faults;
    faults.only = "/connectors/sink/restart";
    worker->SetFaults(faults);
    Live live({.url = worker->url(), .patience = std::chrono::seconds{2}}, Live::Acting(),
              database.get());
    FailTaskOf(*worker, true);
    live.Passes(2);
    REQUIRE(live.decision().last_restart);
    const RestartReport& report = *live.decision().last_restart;
    CHECK(Name(report.outcome) == Name(odd.outcome));
    CHECK_THAT(report.words, ContainsSubstring(std::string(odd.words)));
    CHECK(report.words.size() < 2000);
    CHECK_THAT(report.words, !ContainsSubstring("\n"));
    CHECK(live.decision().attempts == (odd.outcome == RestartOutcome::kDenied ? 0 : 1));
    live.Passes(2);
    CHECK(live.facts().sent.at(static_cast<size_t>(odd.outcome)) == 1);
    CHECK(live.decision().action != RecoveryAction::kRestart);
  }
  INFO(before << " bytes before");
  CHECK(testing::ResidentBytes() <= before + (size_t{200} << 20U));
}

}  // namespace
}  // namespace klaxon::recovery
