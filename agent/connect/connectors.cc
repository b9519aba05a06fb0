#include "agent/connect/connectors.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "agent/connect/connector_config.h"
#include "agent/connect/entry_stream.h"
#include "agent/connect/json_value.h"
#include "agent/connect/kind.h"
#include "agent/connect/trace.h"

namespace klaxon::connect {
namespace {

using Take = EntryStream::Take;

constexpr size_t kStateLimit = 40;
constexpr size_t kMostTasks = 200'000;  // of all connectors together

/// {name: {status: {connector: {trace}, tasks: [{trace}]}, info: {config, tasks, type}}}
Take Choose(std::span<const std::string> path) {
  constexpr size_t kPart = 2;
  constexpr size_t kMember = 3;
  constexpr size_t kLeaf = 4;
  if (path.size() == kPart) {
    return path[1] == "status" || path[1] == "info" ? Take::kWhole : Take::kNothing;
  }
  if (path.size() == kMember && path[1] == "info" && path[2] == "tasks") {
    return Take::kNothing;
  }
  return path.size() == kLeaf && path[1] == "status" && path[3] == "trace" ? Take::kTrace
                                                                           : Take::kWhole;
}

ConnectTaskFacts ReadTask(const JsonDocument::Value& value, std::string_view connector_class) {
  ConnectTaskFacts task{.id = value["id"].Integer(),
                        .state = value["state"].Text(kStateLimit),
                        .worker = value["worker_id"].Text()};
  task.failure = ReadFailure(value["trace"].Raw(), connector_class);
  task.root_cause = task.failure == nullptr ? "" : LineOf(*task.failure);
  return task;
}

/// A connector that failed tells what was meant only by tasks that still do it.
ConnectIntent IntentOf(const ConnectorFacts& connector) {
  if (connector.state == "STOPPED") {
    return ConnectIntent::kStopped;
  }
  const auto any = [&](std::string_view state) {
    return connector.state == state ||
           std::any_of(connector.tasks.begin(), connector.tasks.end(),
                       [&](const ConnectTaskFacts& task) { return task.state == state; });
  };
  if (any("PAUSED")) {
    return ConnectIntent::kPaused;
  }
  return any("RUNNING") || any("RESTARTING") ? ConnectIntent::kRunning : ConnectIntent::kUnknown;
}

/// `name`: whose it must be, empty: anybody's; another one's would be taken for it.
void ReadStatus(const JsonDocument::Value& value, std::string_view name, ConnectorFacts& facts) {
  if (const std::string told = value["name"].Raw();
      !told.empty() && !name.empty() && told != name) {
    value["name"].Expect("the name of the connector that was asked for");
  }
  const JsonDocument::Value connector = value["connector"];
  facts.state = connector["state"].Text(kStateLimit);
  if (facts.state.empty()) {
    connector["state"].Expect("a state");
  }
  facts.worker = connector["worker_id"].Text();
  facts.plugin_version = connector["version"].Text(kStateLimit);
  facts.failure = ReadFailure(connector["trace"].Raw(), facts.connector_class);
  facts.root_cause = facts.failure == nullptr ? "" : LineOf(*facts.failure);
  value["tasks"].Items([&](const JsonDocument::Value& task) {
    facts.tasks.push_back(ReadTask(task, facts.connector_class));
  });
  std::stable_sort(
      facts.tasks.begin(), facts.tasks.end(),
      [](const ConnectTaskFacts& a, const ConnectTaskFacts& b) { return a.id < b.id; });
  const auto same = [](const ConnectTaskFacts& a, const ConnectTaskFacts& b) {
    return a.id == b.id;
  };
  facts.tasks.erase(std::unique(facts.tasks.begin(), facts.tasks.end(), same), facts.tasks.end());
  if (facts.type.empty()) {
    facts.type = value["type"].Text(kStateLimit);
  }
  facts.intent = IntentOf(facts);
}

void ReadConfig(const JsonDocument::Value& config, NamedConnector& connector) {
  ConnectorFacts& facts = connector.facts;
  if (config.absent() || config.null()) {
    return;
  }
  facts.connector_class = config["connector.class"].Text();
  facts.kind = KindOf(facts.connector_class, facts.type);
  ConfigReader reader;
  config.Members([&](const std::string& key, const JsonDocument::Value& value) {
    reader.Add(key, value.Raw());  // null: a key without a value
  });
  facts.config = reader.Finish(connector.name, facts.type);
}

NamedConnector ReadConnector(const std::string& name, const JsonDocument::Value& value) {
  NamedConnector connector{.name = name};
  ConnectorFacts& facts = connector.facts;
  const JsonDocument::Value info = value["info"];
  const JsonDocument::Value status = value["status"];
  // A connector that is deleted while the list is made has a null one (AbstractHerder.connectorInfo
  // of apache/kafka); it must not take the others' states with it.
  const bool told = !info.null();
  if (told) {
    facts.type = info["type"].Text(kStateLimit);
  }
  if (facts.type.empty() && !status.absent() && !status.null()) {
    facts.type = status["type"].Text(kStateLimit);
  }
  if (told) {
    ReadConfig(info["config"], connector);
  }
  if (!status.absent()) {
    ReadStatus(status, connector.name, facts);
  }
  return connector;
}

}  // namespace

/// Expects the connectors in the order of the list before: workers keep it while none comes or
/// goes (a HashMap, ConnectorsResource.listConnectors).
class ConnectorsReader::Book final : public EntryBook {
 public:
  Book(ConnectorsMemory& memory, Impl& reader) : memory_(memory), reader_(reader) {}

  size_t Expected() const override {
    return next_ < memory_.known_.size() ? memory_.known_[next_].size : 0;
  }

  bool Recall(std::string_view bytes) override;
  void Note(const std::string& name, std::string_view bytes) override;

  /// The list is whole.
  void Keep() {
    memory_.known_ = std::move(seen_);
    memory_.reused_ = reused_;
  }

 private:
  /// Behind the place of that name in the list before; where it is, if it was not there.
  void GoBehind(const std::string& name);

  ConnectorsMemory& memory_;
  Impl& reader_;
  size_t next_ = 0;  // of memory_.known_
  size_t reused_ = 0;
  std::vector<ConnectorsMemory::Known> seen_{};
  std::unordered_map<std::string_view, size_t> places_{};  // into memory_.known_; made when needed
};

struct ConnectorsReader::Impl {
  explicit Impl(ConnectorsMemory* memory) {
    if (memory != nullptr) book.emplace(*memory, *this);
  }

  bool Take(NamedConnector connector) {
    tasks += connector.facts.tasks.size();
    connectors.push_back(std::move(connector));
    return tasks <= kMostTasks;
  }

  std::vector<NamedConnector> connectors{};
  size_t tasks = 0;
  std::optional<Book> book{};
  std::unique_ptr<EntryStream> stream{};
};

bool ConnectorsReader::Book::Recall(std::string_view bytes) {
  ConnectorsMemory::Known& known = memory_.known_[next_];
  const size_t tasks = known.connector.facts.tasks.size();
  if (known.digest != memory_.digester_.Of(bytes) || reader_.tasks + tasks > kMostTasks) {
    return false;
  }
  reader_.Take(known.connector);
  seen_.push_back(known);
  ++next_;
  ++reused_;
  return true;
}

void ConnectorsReader::Book::Note(const std::string& name, std::string_view bytes) {
  seen_.push_back({.digest = memory_.digester_.Of(bytes),
                   .size = bytes.size(),
                   .connector = reader_.connectors.back()});
  GoBehind(name);
}

void ConnectorsReader::Book::GoBehind(const std::string& name) {
  const std::vector<ConnectorsMemory::Known>& known = memory_.known_;
  if (next_ < known.size() && known[next_].connector.name == name) {
    ++next_;
    return;
  }
  for (size_t i = places_.size(); i < known.size(); ++i) {
    places_.emplace(known[i].connector.name, i);
  }
  if (const auto found = places_.find(name); found != places_.end()) {
    next_ = found->second + 1;
  }
}

ConnectorsReader::ConnectorsReader(ConnectorsMemory* memory)
    : impl_(std::make_unique<Impl>(memory)) {
  const auto take = [impl = impl_.get()](const std::string& name, const JsonDocument::Value& value,
                                         std::optional<Error>& mistake) {
    NamedConnector connector = ReadConnector(name, value);
    if (mistake) {  // of this connector alone
      connector = {.name = name, .facts = {.untold = std::exchange(mistake, std::nullopt)}};
    }
    if (!impl->Take(std::move(connector))) {
      value.Expect("one of the first 200000 tasks");
    }
  };
  impl_->stream =
      std::make_unique<EntryStream>(Choose, take, impl_->book ? &*impl_->book : nullptr);
}

ConnectorsReader::~ConnectorsReader() = default;

bool ConnectorsReader::Feed(std::string_view bytes) {
  return impl_->stream->Feed(bytes);
}

bool ConnectorsReader::is_names() const {
  return impl_->stream->is_list();
}

Result<std::vector<NamedConnector>> ConnectorsReader::Finish() {
  if (const Result<void> whole = impl_->stream->Finish(); !whole) {
    return whole.error();
  }
  if (impl_->book) {
    impl_->book->Keep();
  }
  std::vector<NamedConnector>& all = impl_->connectors;
  // An object that tells of no connector at all is no list of connectors.
  const bool any = std::ranges::any_of(
      all, [](const NamedConnector& connector) { return !connector.facts.untold; });
  if (!all.empty() && !any) {
    return *all.front().facts.untold;
  }
  std::stable_sort(all.begin(), all.end(), [](const NamedConnector& a, const NamedConnector& b) {
    return a.name < b.name;
  });
  const auto same = [](const NamedConnector& a, const NamedConnector& b) {
    return a.name == b.name;
  };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return std::move(all);
}

Result<std::vector<NamedConnector>> ParseConnectors(std::string_view body) {
  ConnectorsReader reader;
  reader.Feed(body);
  return reader.Finish();
}

Result<ConnectorFacts> ParseStatus(std::string_view body, std::string_view connector_class,
                                   std::string_view name) {
  const Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document) {
    return document.error();
  }
  ConnectorFacts facts{.connector_class = std::string(connector_class)};
  ReadStatus(document->Root(), name, facts);
  if (document->error()) {
    return *document->error();
  }
  return facts;
}

Result<void> ParseConfig(std::string_view body, NamedConnector& connector) {
  const Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document) {
    return document.error();
  }
  ReadConfig(document->Root(), connector);
  if (document->error()) {
    return *document->error();
  }
  return {};
}

}  // namespace klaxon::connect
