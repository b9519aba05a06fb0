#include "alerts/notify/receiver_pause.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::notify {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// An attempt: the group, then '+' taken, '0' given up, '-' failed, '!' failed as all would.
Delivery DeliveryOf(char what) {
  if (what == '+') return Delivery::Accepted("ok");
  return {.outcome = what == '0' ? Outcome::kGivenUp : Outcome::kRetry, .of_receiver = what == '!'};
}

GroupId GroupOf(char name) {
  return {.receiver = "ops", .key = std::string(1, name)};
}

TEST_CASE(
    "A failure pauses its receiver when it speaks of it, or when three groups fail in a row") {
  struct Case {
    std::string_view attempts{};
    std::string_view pauses{};  ///< 'p' where the receiver is left alone after the attempt
  };

  const std::vector<Case> cases{{"a+ b+", "..."},
                                {"a- a- a- a- a-", "....."},      // one bad group is no outage
                                {"a- b- a- b- a-", "....."},      // nor are two
                                {"a- b- c- d- a-", "..ppp"},      // three are
                                {"a- b- c+ c- a-", "....."},      // unless one was taken between,
                                {"a- b- c0 c- a-", "....."},      // or answered for good
                                {"a- b- c- a+ d- e-", "..p..."},  // and one that is taken ends it
                                {"a! b+ a!", "p.p"},              // it says so itself
                                {"a! b- c- d-", "p..p"}};
  for (const Case& each : cases) {
    CAPTURE(each.attempts);
    ReceiverPause pause(1);
    for (size_t at = 0; at < each.attempts.size(); at += 3) {
      CAPTURE(at);
      Delivery delivery = DeliveryOf(each.attempts[at + 1]);
      const bool pauses = each.pauses[at / 3] == 'p';
      CHECK((pause.After(GroupOf(each.attempts[at]), delivery) > Duration::zero()) == pauses);
    }
  }
}

Duration LongestOf(char what) {
  ReceiverPause pause(1);
  Duration longest{};
  for (int i = 0; i < 100; ++i) {
    Delivery delivery = DeliveryOf(what);
    longest = std::max(longest, pause.After(GroupOf(static_cast<char>('a' + i % 20)), delivery));
  }
  return longest;
}

TEST_CASE("A pause that is only guessed is shorter than one that the receiver has caused") {
  CHECK(LongestOf('-') == seconds{15});
  CHECK(LongestOf('!') <= minutes{1});
  CHECK(LongestOf('!') >= seconds{30});
}

TEST_CASE("A receiver is left alone for as long as it asks, and no longer than a page may wait") {
  ReceiverPause pause(1);
  Delivery delivery{.retry_after = minutes{5}, .of_receiver = true};
  CHECK(pause.After(GroupOf('a'), delivery) == minutes{5});
  delivery.retry_after = std::chrono::hours{24};
  CHECK(pause.After(GroupOf('a'), delivery) == kLongestRetryAfter);
}

TEST_CASE("What a receiver asks for one group does not make a guess longer") {
  ReceiverPause pause(1);
  for (int i = 0; i < 20; ++i) {
    Delivery delivery{.retry_after = minutes{15}};
    CHECK(pause.After(GroupOf(static_cast<char>('a' + i)), delivery) <= seconds{15});
  }
}

}  // namespace
}  // namespace klaxon::notify
