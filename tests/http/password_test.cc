#include "agent/http/password.h"

#include <thread>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::http {
namespace {

using Verdict = PasswordCheck::Verdict;

// "dave123", of exporter-toolkit's test data.
constexpr std::string_view kDave = "$2y$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq";

MonoTime Soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds{30};
}

TEST_CASE("bcrypt hashes are told from other text") {
  const std::string hash(kDave);
  CHECK(CostOf(hash) == 10);
  CHECK(CostOf("$2a$04" + hash.substr(6)) == 4);
  CHECK(CostOf("$2b$31" + hash.substr(6)) == 31);
  const std::vector<std::string> others{"",
                                        "doe",
                                        hash.substr(1),
                                        hash.substr(0, 59),
                                        hash + "a",
                                        "$2x" + hash.substr(3),
                                        "$2y$03" + hash.substr(6),
                                        "$2y$32" + hash.substr(6),
                                        "$2y$1:" + hash.substr(6),
                                        hash.substr(0, 59) + "$",
                                        "$5$rounds=10000$" + hash.substr(16)};
  for (const std::string& text : others) {
    CAPTURE(text);
    CHECK_FALSE(CostOf(text));
  }
}

TEST_CASE("a password is right for its hash in each of bcrypt's forms, and nothing else is") {
  PasswordCheck check;
  for (const char* form : {"$2y", "$2b", "$2a"}) {
    const Secret hash(form + std::string(kDave.substr(3)));
    CHECK(check.Compare("dave", hash, "dave123", Soon()) == Verdict::kRight);
  }
  const Secret hash{std::string(kDave)};
  const std::string nul("dave123\0x", 9);
  for (const std::string& wrong : {std::string(), std::string("dave124"), std::string("Dave123"),
                                   std::string("dave123 "), nul, std::string(kDave)}) {
    CAPTURE(wrong);
    CHECK(check.Compare("dave", hash, wrong, Soon()) == Verdict::kWrong);
    CHECK_FALSE(check.Remembers("dave", hash, wrong));
  }
}

TEST_CASE("what was right is remembered for that user, that hash and that password only") {
  PasswordCheck check;
  const Secret hash{std::string(kDave)};
  CHECK_FALSE(check.Remembers("dave", hash, "dave123"));
  REQUIRE(check.Compare("dave", hash, "dave123", Soon()) == Verdict::kRight);
  CHECK(check.Remembers("dave", hash, "dave123"));
  CHECK_FALSE(check.Remembers("eve", hash, "dave123"));
  CHECK_FALSE(check.Remembers("dave", hash, "dave1234"));
  CHECK_FALSE(check.Remembers("dave", Secret(DecoyHash(10)), "dave123"));
  CHECK_FALSE(PasswordCheck().Remembers("dave", hash, "dave123"));
}

TEST_CASE("a hash that would take too long is never computed") {
  PasswordCheck check;
  const auto begin = std::chrono::steady_clock::now();
  CHECK(check.Compare("bob", Secret("$2y$31" + std::string(kDave.substr(6))), "x", Soon()) ==
        Verdict::kWrong);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{5});
}

TEST_CASE("a decoy costs as much as a hash of that cost and fits nothing") {
  PasswordCheck check;
  CHECK(CostOf(DecoyHash(4)) == 4);
  CHECK(CostOf(DecoyHash(12)) == 12);
  const auto time = [&](const Secret& hash) {
    const auto begin = std::chrono::steady_clock::now();
    CHECK(check.Compare("x", hash, "fakepassword", Soon()) == Verdict::kWrong);
    return std::chrono::steady_clock::now() - begin;
  };
  const auto real = time(Secret{std::string(kDave)});
  const auto decoy = time(Secret(DecoyHash(10)));
  CHECK(decoy > real / 10);  // not refused before the work is done
}

TEST_CASE("passwords are compared one at a time, and who waits too long is told so") {
  PasswordCheck check;
  std::jthread slow([&] { std::ignore = check.Compare("x", Secret(DecoyHash(14)), "a", Soon()); });
  bool busy = false;
  for (int i = 0; i < 1000 && !busy; ++i) {
    busy = check.Compare("dave", Secret{std::string(kDave)}, "dave123",
                         std::chrono::steady_clock::now()) == Verdict::kBusy;
  }
  CHECK(busy);
}

TEST_CASE("a text is always given the same number, another process gives it others") {
  const PasswordCheck check;
  const PasswordCheck other;
  size_t same = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "user" + std::to_string(i);
    CHECK(check.Pick(name, 1000) == check.Pick(name, 1000));
    CHECK(check.Pick(name, 1000) < 1000);
    if (check.Pick(name, 1000) == other.Pick(name, 1000)) ++same;
  }
  CHECK(same < 10);
}

}  // namespace
}  // namespace klaxon::http
