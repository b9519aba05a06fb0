#include "exporters/status_page/connect_section.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

std::string_view KindOf(std::string_view state) {
  return state == "RUNNING"                        ? "good"
         : state == "FAILED"                       ? "bad"
         : state == "PAUSED" || state == "STOPPED" ? "plain"
                                                   : "warn";
}

bool Failed(const ConnectorFacts& connector) {
  return connector.state == "FAILED" ||
         std::ranges::any_of(connector.tasks,
                             [](const ConnectTaskFacts& task) { return task.state == "FAILED"; });
}

/// "3 RUNNING, 1 FAILED", each state as a badge.
std::string TaskStates(const ConnectorFacts& connector) {
  std::map<std::string, size_t> counts;
  for (const ConnectTaskFacts& task : connector.tasks) {
    ++counts[task.state];
  }
  std::string html;
  for (const auto& [state, count] : counts) {
    html += Badge(KindOf(state), fmt::format("{} {}", count, state)) + " ";
  }
  return html.empty() ? R"(<span class="quiet">no tasks</span>)" : html;
}

std::string Causes(const ConnectorFacts& connector) {
  std::string html;
  if (!connector.root_cause.empty()) {
    html += fmt::format("<div class=\"why\">{}</div>", Escape(connector.root_cause));
  }
  for (const ConnectTaskFacts& task : connector.tasks) {
    if (!task.root_cause.empty()) {
      html += fmt::format("<div class=\"why\">task {} on {}: {}</div>", task.id,
                          Escape(task.worker), Escape(task.root_cause));
    }
  }
  return html;
}

std::string Row(const ConnectorFacts& connector, const AnswerRef& listed, const Instant& now) {
  const bool fresh = IsFresh(listed, now);
  const std::string state = connector.state.empty()
                                ? UnknownValue("configured, but Connect tells no status of it")
                                : Badge(KindOf(connector.state), connector.state);
  return "<tr>" +
         Cell("Connector", fmt::format("<code>{}</code> <span class=\"quiet\">{}</span>",
                                       Escape(connector.entity->name), Escape(connector.type))) +
         Cell("State", (fresh ? state : UnknownValue(listed)) + (fresh ? Causes(connector) : "")) +
         Cell("Tasks", fresh ? TaskStates(connector) : UnknownValue(listed)) +
         Cell("Worker", connector.worker.empty() ? "\u2013" : Escape(connector.worker)) +
         Cell("Age", AgeOf(listed, now)) + "</tr>\n";
}

}  // namespace

std::string ConnectSection(const ConnectPart& part, const Instant& now) {
  std::string html = fmt::format(
      "<section>\n<h2>{} / {} <span class=\"quiet\">Kafka Connect {}</span></h2>\n",
      Escape(part.section.cluster), Escape(part.section.instance), Escape(part.facts.version));
  if (part.facts.listed == nullptr) {
    return html + "<p>" + UnknownValue("the worker has not listed its connectors yet") +
           "</p>\n</section>\n";
  }
  if (part.facts.connectors.empty()) {
    return html + "<p>No connectors. " + AgeOf(part.facts.listed, now) + "</p>\n</section>\n";
  }
  html +=
      "<table><thead><tr><th>Connector</th><th>State</th><th>Tasks</th><th>Worker</th>"
      "<th>Age</th></tr></thead><tbody>\n";
  std::vector<const ConnectorFacts*> order;
  order.reserve(part.facts.connectors.size());
  for (const ConnectorFacts& connector : part.facts.connectors) {
    order.push_back(&connector);
  }
  std::ranges::stable_partition(order, [](const ConnectorFacts* c) { return Failed(*c); });
  for (const ConnectorFacts* connector : order) {
    html += Row(*connector, part.facts.listed, now);
  }
  return html + "</tbody></table>\n</section>\n";
}

}  // namespace klaxon::status_page
