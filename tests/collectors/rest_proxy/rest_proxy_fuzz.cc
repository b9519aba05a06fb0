// Whatever a REST proxy answers.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collectors/rest_proxy/parse.h"

namespace klaxon::rest_proxy_collector {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

template <class T>
void CheckList(const Result<std::vector<T>>& list) {
  if (list) {
    Require(std::ranges::adjacent_find(*list, std::greater_equal<T>()) == list->end());
  } else {
    Require(!list.error().message().empty());
  }
}

template <class T>
void CheckList(const Result<Page<T>>& page) {
  CheckList(page ? Result<std::vector<T>>(page->entries) : Result<std::vector<T>>(page.error()));
}

void CheckAll(std::string_view body) {
  CheckList(ParseTopics(body));
  CheckList(ParseTopicsV3(body));
  CheckList(ParseBrokers(body));
  CheckList(ParseBrokersV3(body));
  const Result<std::string> id = ParseClusterId(body);
  Require(!id || !id->empty());
  (void)ParseIdentity(body);
  const Told told = ParseError(body);
  Require(told.code >= 0 && told.words.find('\n') == std::string::npos);
  (void)MeaningOf(told.code);
}

}  // namespace
}  // namespace klaxon::rest_proxy_collector

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {  // NOLINT: its name
  klaxon::rest_proxy_collector::CheckAll({reinterpret_cast<const char*>(data), size});
  return 0;
}
