#include "collectors/schema_registry/topic.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "collectors/answers.h"

namespace klaxon::schema_registry_collector {
namespace {

using std::chrono::seconds;

constexpr Duration kTopicGoodFor = seconds{15};
constexpr Duration kRenewEvery = seconds{3};

}  // namespace

Topic::Topic(std::string name, TopicAccess access)
    : tail_(name, std::move(access.reader)), policy_(std::move(name), std::move(access.client)) {
}

void Topic::TakeFailure(const Error& error) {
  error_ = error;
  tailed_ = WithError(tailed_, error);
}

void Topic::Follow(const PollContext& context, MonoTime until) {
  const kafka::TopicTail::Reader reader{.begin =
                                            [this] {
                                              ledger_ = std::make_unique<Ledger>();
                                              misfit_.reset();
                                              compared_ = false;
                                              tailed_ = nullptr;
                                            },
                                        .take =
                                            [this](const kafka::RecordView& record) {
                                              ledger_->Apply(record.key.value_or(""), record.value,
                                                             tail_.AtEnd());
                                              return true;
                                            }};
  if (const Result<void> done = tail_.Follow(reader, context.clock, until, context.stop); !done) {
    TakeFailure(done.error());
    return;
  }
  if (!tail_.AtEnd()) {
    return;
  }
  if (ledger_->book().size() == 0 && ledger_->unreadable() > 0) {
    misfit_ = Error(Reason::kBadAnswer,
                    "it holds no schemas as Confluent's registry and Karapace write them");
  }
  if (misfit_) {
    TakeFailure(*misfit_);
    return;
  }
  error_.reset();
  const Instant now = context.clock.Now();
  if (!IsFresh(tailed_, now) || now.mono - tailed_->taken_at.mono >= kRenewEvery) {
    tailed_ = MakeAnswer("topic " + tail_.topic(), now, kTopicGoodFor);
  }
}

bool Topic::Believable(const Instant& now) const {
  return tail_.AtEnd() && !misfit_ && IsFresh(tailed_, now);
}

void Topic::Compare(const std::vector<std::string>& listed) {
  compared_ = true;
  misfit_.reset();
  const std::vector<std::string> names = ledger_->book().ActiveNames();
  std::vector<std::string> both;
  std::ranges::set_intersection(names, listed, std::back_inserter(both));
  if (both.size() * 2 < std::max(names.size(), listed.size())) {
    misfit_ = Error(Reason::kInvalid,
                    fmt::format("it has {} subjects and the registry lists {}, of which {} are the "
                                "same; is it this registry's topic?",
                                names.size(), listed.size(), both.size()));
    TakeFailure(*misfit_);
  }
}

void Topic::Tell(RegistryTopicFacts& facts) const {
  facts = {.name = tail_.topic(),
           .followed = true,
           .tailed = tailed_,
           .records = ledger_->records(),
           .unreadable = ledger_->unreadable(),
           .lost = ledger_->lost(),
           .lost_total = ledger_->lost_total()};
  policy_.Tell(facts);
}

}  // namespace klaxon::schema_registry_collector
