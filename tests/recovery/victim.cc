#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "tests/recovery/live.h"

/// recovery_victim FOLDER URL STARTED POLLS POINT [ordered]: recovery that acts on the worker at
/// URL and remembers in FOLDER, for so many polls of 5 s from Unix time STARTED on; "ordered": then
/// somebody asks for a restart. It kills itself with SIGKILL when it comes to POINT
/// ("after intent", ...; "never").
int main(int argc, char** argv) {
  constexpr int kArguments = 6;
  if (argc != kArguments && argc != kArguments + 1) {
    return 2;
  }
  using namespace klaxon;
  const std::string point = argv[5];
  const Result<std::unique_ptr<state::Database>> database = state::Database::Open(argv[1], {});
  if (!database) {
    fmt::print(stderr, "{}\n", database.error().message());
    return 1;
  }
  recovery::Policy policy = recovery::Live::Acting();
  policy.settings.backoff_base = std::chrono::minutes{10};  // longer than the test
  recovery::Live live({.url = argv[2],
                       .started = std::stoll(argv[3]),
                       .checkpoint =
                           [&](std::string_view reached) {
                             if (reached == point) {
                               ::kill(::getpid(), SIGKILL);
                             }
                           }},
                      policy, database->get());
  live.Passes(std::stoi(argv[4]));
  if (argc > kArguments) {
    (void)live.Order(RecoveryVerb::kRestart);
  }
  return 0;
}
