#include "collectors/poll_loop.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "agent/base/duration.h"
#include "agent/base/fnv1a.h"
#include "agent/base/log.h"
#include "agent/base/thread_name.h"

namespace klaxon {
namespace {

Section Describe(const CollectorPlace& place) {
  return {.cluster = place.cluster, .collector = place.collector, .instance = place.instance};
}

/// 0 to one interval; the same for the same title in every process.
Duration OffsetOf(const std::string& title, Duration interval) {
  const uint64_t hash = Fnv1a().Add(title).value();
  return Duration{static_cast<int64_t>(hash % static_cast<uint64_t>(interval.count()))};
}

Reading Fenced(const std::string& what) {
  Reading reading;
  reading.problems.push_back(
      {.scope = "poll",
       .error = Error(Reason::kInternal, "the collector failed: " + what +
                                             "; this is a defect of Klaxon, please report it")});
  return reading;
}

}  // namespace

PollLoop::PollLoop(CollectorPlace place, std::unique_ptr<Collector> collector, Clock& clock,
                   PublishSection publish)
    : place_(std::move(place)),
      title_(Describe(place_).Title()),
      collector_(std::move(collector)),
      clock_(clock),
      publish_(std::move(publish)) {
  status_.interval = place_.interval;
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void PollLoop::Run(const std::stop_token& stop) {
  NameThisThread(title_);
  MonoTime tick = clock_.Now().mono;
  bool first = true;
  while (!stop.stop_requested()) {
    const Instant began = clock_.Now();
    Reading reading = PollOnce(stop);
    if (stop.stop_requested()) {
      return;  // half a poll says nothing that is worth showing
    }
    if (std::exchange(first, false)) {
      tick += OffsetOf(title_, place_.interval) - place_.interval / 2;
    }
    const std::map<std::string, std::string> endings = std::move(reading.endings);
    Account(std::move(reading), began);
    tick = NextTick(tick);
    LogChanges(endings);
    Section section = Describe(place_);
    section.status = status_;
    section.facts = facts_;
    publish_(std::make_shared<const Section>(std::move(section)));
    if (!clock_.SleepUntil(tick, stop)) {
      return;
    }
  }
}

Reading PollLoop::PollOnce(const std::stop_token& stop) {
  const PollContext context{.clock = clock_,
                            .interval = place_.interval,
                            .deadline = clock_.Now().mono + place_.interval,
                            .stop = stop};
  try {
    return collector_->Poll(context);
  } catch (const std::exception& exception) {
    return Fenced(exception.what());
  } catch (...) {
    return Fenced("unknown exception");
  }
}

void PollLoop::Account(Reading reading, const Instant& began) {
  const Instant now = clock_.Now();
  ++status_.polls;
  status_.took = now.mono - began.mono;
  status_.finished_at = now;
  if (reading.answered) {
    status_.last_answered = now;
  }
  for (const Problem& problem : reading.problems) {
    ++status_.failures[problem.error.reason()];
  }
  status_.problems = std::move(reading.problems);
  if (reading.facts != nullptr) {
    facts_ = std::move(reading.facts);
  }
}

/// The tick after `last`; those that passed during the poll are counted as missed.
MonoTime PollLoop::NextTick(MonoTime last) {
  MonoTime next = last + place_.interval;
  const MonoTime now = clock_.Now().mono;
  if (next < now) {
    const auto passed = (now - next + place_.interval - Duration{1}) / place_.interval;
    status_.missed += static_cast<uint64_t>(passed);
    next += passed * place_.interval;
  }
  return next;
}

void PollLoop::LogChanges(const std::map<std::string, std::string>& endings) {
  for (const auto& [scope, words] : endings) {
    known_.erase(scope);
    log::Warning(title_, "{}: {}", scope, words);
  }
  std::map<std::string, Reason> current;
  for (const Problem& problem : status_.problems) {
    const auto [entry, added] = current.emplace(problem.scope, problem.error.reason());
    const auto before = known_.find(problem.scope);
    const bool news = added && (before == known_.end() || before->second != entry->second);
    const std::string& message = problem.error.message();
    log::Write(news ? log::Level::kWarning : log::Level::kDebug, title_,
               message.starts_with(problem.scope) ? message : problem.scope + ": " + message);
  }
  for (const auto& [scope, reason] : known_) {
    if (current.contains(scope)) {
      continue;
    }
    if (current.empty()) {
      log::Info(title_, "{}: no trouble any more", scope);
    } else {  // what failed now may have kept us from asking: nobody knows that it is well
      current.emplace(scope, reason);
    }
  }
  if (status_.polls == 1 && current.empty()) {
    log::Info(title_, "first poll done in {}", FormatDuration(status_.took));
  }
  known_ = std::move(current);
}

}  // namespace klaxon
