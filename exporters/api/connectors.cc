#include "exporters/api/documents.h"
#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

Json TextOrNull(const std::string& text) {
  return text.empty() ? Json(nullptr) : Text(text);
}

Json Tasks(const ConnectorFacts& connector) {
  Json tasks = Json::array();
  for (const ConnectTaskFacts& task : connector.tasks) {
    tasks.push_back({{"id", task.id},
                     {"state", Text(task.state)},
                     {"worker", TextOrNull(task.worker)},
                     {"root_cause", TextOrNull(task.root_cause)}});
  }
  return tasks;
}

Json Connector(const ConnectPart& part, const ConnectorFacts& connector, const Instant& now) {
  const AnswerRef& listed = part.facts.listed;
  return {{"cluster", Text(part.section.cluster)},
          {"connect", Text(part.section.instance)},
          {"connector", Text(connector.entity->name)},
          {"type", TextOrNull(connector.type)},
          {"class", TextOrNull(connector.connector_class)},
          {"as_of", AsOf(listed, now)},
          {"state", IfFresh(listed, now, [&] { return TextOrNull(connector.state); })},
          {"worker", IfFresh(listed, now, [&] { return TextOrNull(connector.worker); })},
          {"root_cause", IfFresh(listed, now, [&] { return TextOrNull(connector.root_cause); })},
          {"tasks", IfFresh(listed, now, [&] { return Tasks(connector); })}};
}

}  // namespace

std::string ConnectorsDocument(const View& view, const Instant& now,
                               const std::optional<std::string>& cluster) {
  Json connectors = Json::array();
  for (const ConnectPart& part : ConnectParts(view)) {
    for (const ConnectorFacts& connector : part.facts.connectors) {
      if (!cluster || *cluster == part.section.cluster) {
        connectors.push_back(Connector(part, connector, now));
      }
    }
  }
  return Dump({{"connectors", std::move(connectors)}});
}

}  // namespace klaxon::api
