#include <chrono>
#include <utility>

#include "agent/base/log.h"
#include "alerts/notify/hub.h"

namespace klaxon::notify {
namespace {

constexpr size_t kMostUnsaved = 10'000;

/// What the file knows of a receiver that was told of the group meanwhile, or has to be.
void MergeAccount(const Account& from_file, Account& account) {
  if (!account.told.at) {
    account.told = from_file.told;
  } else {
    account.told.earlier.insert(from_file.told.earlier.begin(), from_file.told.earlier.end());
    for (const auto& [fingerprint, alert] : from_file.told.firing) {
      if (!account.told.KnowsFiring(fingerprint)) {
        account.told.earlier.emplace(fingerprint, alert);
      }
    }
  }
  ++account.told.edition;
  if (!account.pending) {
    account.pending = from_file.pending;
  }
}

void MarkAccount(uint64_t version, Account& account) {
  if (account.pending && account.pending->version <= version) {
    account.pending->kept = true;
  }
}

}  // namespace

Result<Hub::Loaded> Hub::ReadStore() const {
  const Result<state::Database*> database = resources_.open();
  if (!database) {
    return database.error();
  }
  Result<Store> store = Store::Make(**database);
  if (!store) {
    return store.error();
  }
  Result<Contents> contents = store->Load(clock().Now().wall);
  if (!contents) {
    return contents.error();
  }
  Result<std::vector<Receipt>> receipts = Store::ReadReceipts(**database, kRecentReceipts);
  return Loaded{.store = *std::move(store),
                .contents = *std::move(contents),
                .receipts = receipts ? *std::move(receipts) : std::vector<Receipt>()};
}

void Hub::Load() {
  const Lock order(store_mutex_);
  const Lock lock(mutex_);
  if (!resources_.open) {
    not_durable_because_ = resources_.missing;
    return;
  }
  Result<Loaded> loaded = ReadStore();
  if (!loaded) {
    Fail(loaded.error().message());
    return;
  }
  store_ = std::move(loaded->store);
  contents_ = std::move(loaded->contents);
  due_.Rebuild(contents_.memory);
  restored_ = contents_.states;
  durable_ = true;
  recent_.assign(loaded->receipts.begin(), loaded->receipts.end());
}

void Hub::Fail(const std::string& words) {
  if (durable_ || not_durable_because_.empty()) {
    log::Error("notify",
               "{}; alerts are evaluated and told from memory, and are lost if Klaxon ends now",
               words);
  }
  durable_ = false;
  not_durable_because_ = words;
}

void Hub::TryLate() {
  constexpr Duration kPause = std::chrono::seconds{5};
  const MonoTime now = clock().Now().mono;
  if (store_ || late_ || !resources_.open || now - tried_ < kPause) {
    return;
  }
  tried_ = now;
  Result<Loaded> loaded = ReadStore();
  const Lock lock(mutex_);
  if (loaded) {
    late_states_ = loaded->contents.states;
    late_ = *std::move(loaded);
  } else {
    not_durable_because_ = loaded.error().message();
  }
}

std::optional<std::map<std::string, std::string>> Hub::TakeLateStates() {
  const Lock lock(mutex_);
  if (!late_states_) {
    return std::nullopt;
  }
  late_taken_ = true;
  return std::exchange(late_states_, std::nullopt);
}

void Hub::MergeLate() {
  late_due_ = late_taken_ = false;
  Contents& file = late_->contents;
  Memory& memory = contents_.memory;
  for (auto& [id, group] : file.memory.groups) {
    const auto [place, is_new] = memory.groups.try_emplace(id, group);
    for (const auto& [integration, account] : group.accounts) {
      if (!is_new) {
        MergeAccount(account, place->second.accounts[integration]);
      }
    }
    for (auto& [integration, account] : place->second.accounts) {
      if (account.pending) {
        account.pending->version = ++memory.last_version;
        account.pending->kept = false;
      }
    }
  }
  for (Silence& silence : file.silences) {
    contents_.silences.push_back(std::move(silence));  // ids are random: there are no two
  }
  contents_.not_before.insert(file.not_before.begin(), file.not_before.end());
  store_ = std::move(late_->store);
  store_->ForgetWritten();
  late_.reset();
  log::Info("notify", "the state directory can be used now: what must be told is on the disk");
}

void Hub::MarkKept(uint64_t version) {
  if (unasked_) {
    return;  // what waits may have to go elsewhere
  }
  for (auto& [id, group] : contents_.memory.groups) {
    for (auto& [integration, account] : group.accounts) {
      MarkAccount(version, account);
    }
  }
  due_.Rebuild(contents_.memory);
}

void Hub::MarkKept(uint64_t version, const std::pair<GroupId, std::string>& only) {
  if (unasked_) {
    return;
  }
  const auto group = contents_.memory.groups.find(only.first);
  if (group == contents_.memory.groups.end()) {
    return;
  }
  const auto account = group->second.accounts.find(only.second);
  if (account != group->second.accounts.end()) {
    MarkAccount(version, account->second);
    due_.Update(only.second, only.first, account->second);
  }
}

void Hub::Commit() {
  const Lock order(store_mutex_);
  TryLate();
  Store::Draft draft;
  {
    const Lock lock(mutex_);
    draft.version = contents_.memory.last_version;
    if (store_) {
      draft = store_->Prepare(contents_, unsaved_, clock().Now().wall);
    }
  }
  Written(std::move(draft), nullptr);
}

void Hub::CommitAccount(const GroupId& id, const std::string& integration) {
  const std::pair<GroupId, std::string> account{id, integration};
  {
    const Lock order(store_mutex_);
    Store::Draft draft;
    bool decided = false;
    bool writes = false;
    {
      const Lock lock(mutex_);
      decided = decided_;
      writes = store_.has_value() && durable_;
      if (!decided && writes) {
        draft = store_->PrepareAccount(contents_, id, integration, unsaved_);
      } else if (!decided) {
        MarkKept(contents_.memory.last_version, account);
        changed_.notify_all();
      }
    }
    if (!decided) {
      if (writes) {
        Written(std::move(draft), &account);
      }
      return;
    }
  }
  Commit();
}

void Hub::Written(Store::Draft draft, const std::pair<GroupId, std::string>* only) {
  const uint64_t version = draft.version;
  const size_t receipts = draft.receipts;
  const std::optional<Result<void>> done =
      store_ ? std::optional(store_->Write(std::move(draft))) : std::nullopt;
  const Lock lock(mutex_);
  if (only == nullptr) {
    decided_ = false;
    MarkKept(version);
  } else {
    MarkKept(version, *only);
  }
  if (done && *done) {
    unsaved_.erase(unsaved_.begin(), unsaved_.begin() + static_cast<ptrdiff_t>(receipts));
    durable_ = true;
    not_durable_because_.clear();
  } else if (done) {
    Fail(done->error().message());
  }
  if (unsaved_.size() > kMostUnsaved) {
    unsaved_.erase(unsaved_.begin(), unsaved_.end() - kMostUnsaved);
  }
  changed_.notify_all();
}

}  // namespace klaxon::notify
