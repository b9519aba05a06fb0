#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/metrics/writer.h"

namespace klaxon::prometheus_page {

/// Metrics of one kind.
struct CatalogueSection {
  std::string_view title{};
  std::vector<metrics::MetricInfo> metrics{};
};

/// Every metric that can stand on the page, in its order. docs/metrics.md is generated from it.
std::vector<CatalogueSection> Catalogue();

/// For a terminal: name, type and labels in a line, then what it means.
std::string CatalogueText();
/// One Markdown table a section.
std::string CatalogueMarkdown();
/// An array of objects {name, type, unit, labels, help, source, section}.
std::string CatalogueJson();

/// Whether the label `cluster` may get this name (empty: left out) while there are that many
/// clusters. Error: kInvalid, for people.
Result<void> CheckClusterLabel(std::string_view label, size_t clusters);

}  // namespace klaxon::prometheus_page
