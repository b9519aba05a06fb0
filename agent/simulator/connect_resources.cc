#include "agent/simulator/connect_resources.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace klaxon::simulator {
namespace {

constexpr std::string_view kConnectors = "/connectors";

/// Whether the worker is of that Kafka version or a later one.
bool AtLeast(const ConnectState& state, int major, int minor) {
  std::pair<int, int> version;
  const char* const end = state.version.data() + state.version.size();
  const auto [dot, error] = std::from_chars(state.version.data(), end, version.first);
  if (error == std::errc() && dot != end) {
    std::from_chars(dot + 1, end, version.second);
  }
  return version >= std::pair(major, minor);
}

bool Asks(const http::Request& request, std::string_view expansion) {
  return std::any_of(request.query.begin(), request.query.end(), [&](const auto& parameter) {
    return parameter.first == "expand" && parameter.second == expansion;
  });
}

http::Response NotFound() {
  return ConnectError(404, "HTTP 404 Not Found");
}

http::Response Health(const ConnectState& state) {
  constexpr int kStuck = 500;
  constexpr int kNotReady = 503;
  return http::JsonResponse(state.health == "healthy"    ? 200
                            : state.health == "starting" ? kNotReady
                                                         : kStuck,
                            HealthJson(state));
}

http::Response List(const ConnectState& state, const http::Request& request) {
  const bool known = AtLeast(state, 2, 3);
  const bool status = known && Asks(request, "status");
  const bool info = known && Asks(request, "info");
  return http::JsonResponse(200,
                            status || info ? ExpandedJson(state, status, info) : ListJson(state));
}

http::Response Of(const ConnectState& state, const Connector& connector,
                  std::string_view resource) {
  if (resource == "status") {
    return connector.has_status
               ? http::JsonResponse(200, StatusJson(connector))
               : ConnectError(404, "No status found for connector " + connector.name);
  }
  if (resource == "config") {
    return http::JsonResponse(200, ConfigJson(connector));
  }
  if (resource == "topics" && AtLeast(state, 2, 5)) {
    return state.tracks_topics ? http::JsonResponse(200, TopicsJson(connector))
                               : ConnectError(403, "Topic tracking is disabled.");
  }
  if (resource == "offsets" && AtLeast(state, 3, 5)) {
    return http::JsonResponse(200, OffsetsJson(connector));
  }
  return NotFound();
}

/// /connectors/NAME and /connectors/NAME/status, config, topics, offsets.
http::Response One(const ConnectState& state, std::string_view path) {
  path.remove_prefix(kConnectors.size() + 1);
  std::string_view resource;
  for (const std::string_view known : {"status", "config", "topics", "offsets"}) {
    if (path.ends_with(known) && path.size() > known.size() &&
        path[path.size() - known.size() - 1] == '/') {
      resource = known;
      path.remove_suffix(known.size() + 1);
      break;
    }
  }
  if (AtLeast(state, 4, 0) && path.find_first_of("/\\%") != std::string_view::npos) {
    http::Response refused = http::HtmlResponse(
        400, "<html><head><title>Error 400 Ambiguous URI path separator</title></head></html>");
    return refused;
  }
  const auto connector = std::find_if(state.connectors.begin(), state.connectors.end(),
                                      [&](const Connector& each) { return each.name == path; });
  if (connector == state.connectors.end()) {
    return ConnectError(
        404, (resource == "status" ? "No status found for connector " : "Unknown connector: ") +
                 std::string(path));
  }
  return resource.empty() ? http::JsonResponse(200, InfoJson(*connector))
                          : Of(state, *connector, resource);
}

/// Restarts an item; true: it was one that is to be restarted.
template <class Item>
bool RestartItem(bool only_failed, bool incurable, Item& item) {
  if (only_failed && item.state != "FAILED") {
    return false;
  }
  if (!incurable) {
    item.state = "RUNNING";
    item.trace.clear();
  }
  return true;
}

/// Answers with the state that the leader plans: what is restarted is RESTARTING in it.
http::Response RestartAll(Connector& connector, bool only_failed) {
  Connector planned = connector;
  if (RestartItem(only_failed, connector.incurable, connector)) {
    planned.state = "RESTARTING";
  }
  for (size_t i = 0; i < connector.tasks.size(); ++i) {
    if (RestartItem(only_failed, connector.incurable, connector.tasks[i])) {
      planned.tasks[i].state = "RESTARTING";
    }
  }
  return http::JsonResponse(202, StatusJson(planned));
}

http::Response NoContent() {
  return http::Response{.status = 204};
}

http::Response RestartTask(Connector& connector, std::string_view id) {
  for (ConnectTask& task : connector.tasks) {
    if (std::to_string(task.id) == id) {
      RestartItem(false, connector.incurable, task);
      return NoContent();
    }
  }
  return ConnectError(404, "Unknown task: " + connector.name + "-" + std::string(id));
}

}  // namespace

http::Response PostConnect(ConnectState& state, const http::Request& request) {
  constexpr std::string_view kRestart = "/restart";
  constexpr std::string_view kTasks = "/tasks/";
  std::string_view path = request.path;
  if (!path.starts_with(std::string(kConnectors) + "/") || !path.ends_with(kRestart)) {
    return NotFound();
  }
  path.remove_prefix(kConnectors.size() + 1);
  path.remove_suffix(kRestart.size());
  state.restarts.emplace_back(request.path);
  const size_t tasks = path.rfind(kTasks);
  const std::string_view name = path.substr(0, tasks);
  Connector* const connector = FindConnector(state, name);
  if (connector == nullptr) {
    return ConnectError(404, "Unknown connector: " + std::string(name));
  }
  if (tasks != std::string_view::npos) {
    return RestartTask(*connector, path.substr(tasks + kTasks.size()));
  }
  const auto asks = [&](std::string_view key) {
    const std::string* value = request.Query(key);
    return AtLeast(state, 3, 0) && value != nullptr && *value == "true";
  };
  if (asks("includeTasks")) {
    return RestartAll(*connector, asks("onlyFailed"));
  }
  RestartItem(false, connector->incurable, *connector);
  return NoContent();
}

http::Response ConnectError(int status, std::string_view message) {
  return http::JsonResponse(
      status, nlohmann::ordered_json{{"error_code", status}, {"message", message}}.dump());
}

http::Response AnswerConnect(const ConnectState& state, const http::Request& request) {
  const std::string& path = request.path;
  if (path == "/") {
    return http::JsonResponse(200, RootJson(state));
  }
  if (path == "/health" && AtLeast(state, 3, 9)) {
    return Health(state);
  }
  if (path == kConnectors) {
    return List(state, request);
  }
  if (path == "/connector-plugins") {
    return http::JsonResponse(200, PluginsJson(state));
  }
  return path.starts_with(std::string(kConnectors) + "/") ? One(state, path) : NotFound();
}

}  // namespace klaxon::simulator
