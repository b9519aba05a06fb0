#include <cstdlib>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "exporters/prometheus/catalogue.h"

namespace klaxon::app {

ExitCode Metrics(CatalogueFormat format) {
  switch (format) {
    case CatalogueFormat::kTable:
      fmt::print("{}", prometheus_page::CatalogueText());
      return kOk;
    case CatalogueFormat::kMarkdown:
      fmt::print("{}", prometheus_page::CatalogueMarkdown());
      return kOk;
    case CatalogueFormat::kJson:
      fmt::print("{}", prometheus_page::CatalogueJson());
      return kOk;
  }
  std::abort();
}

}  // namespace klaxon::app
