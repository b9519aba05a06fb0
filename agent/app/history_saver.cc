#include "agent/app/history_saver.h"

#include <utility>
#include <vector>

#include "agent/base/log.h"

namespace klaxon::app {
namespace {

constexpr int64_t kBetween = 60'000;  // ms

}  // namespace

HistorySaver::HistorySaver(series::Keeper& keeper, Open open)
    : keeper_(keeper), open_(std::move(open)) {
}

HistorySaver::~HistorySaver() {
  if (open_ && keeper_.newest() > saved_) Tell(Save(keeper_.newest()));
}

Result<series::Archive*> HistorySaver::Opened() {
  if (archive_) return &*archive_;
  const Result<state::Database*> database = open_();
  if (!database) return database.error();
  Result<series::Archive> archive = series::Archive::Make(**database);
  if (!archive) return archive.error();
  return &archive_.emplace(*std::move(archive));
}

void HistorySaver::Recall(int64_t now) {
  saved_ = now;
  tried_ = now;
  if (!open_) return;
  const Result<series::Archive*> archive = Opened();
  if (!archive) return Tell(archive.error());
  Result<std::vector<series::KeptSeries>> kept = (*archive)->Load(now - keeper_.LongestSpan());
  if (!kept) return Tell(kept.error());
  keeper_.Recall(*kept);
}

Result<void> HistorySaver::Save(int64_t time) {
  tried_ = time;
  const Result<series::Archive*> archive = Opened();
  if (!archive) return archive.error();
  const int64_t forgotten = time - keeper_.LongestSpan();
  Result<void> saved = (*archive)->Save(keeper_.SamplesSince(saved_), forgotten);
  if (saved) saved_ = time;
  return saved;
}

void HistorySaver::Sampled(int64_t time) {
  if (open_ && time - tried_ >= kBetween) Tell(Save(time));
}

void HistorySaver::Tell(const Result<void>& outcome) {
  const std::string trouble = outcome ? "" : outcome.error().message();
  if (trouble == trouble_) return;
  trouble_ = trouble;
  if (outcome) {
    log::Info("series", "the past of the series is saved again");
  } else {
    log::Warning(
        "series",
        "the past of the series is not saved: {}; alerts that look back may be resolved by "
        "a restart",
        trouble);
  }
}

}  // namespace klaxon::app
