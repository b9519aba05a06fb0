#pragma once

#include <cstddef>
#include <future>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "agent/base/thread_name.h"

namespace klaxon {

/// What `ask(i)` returns for i = 0 to count - 1, in this order; all asked at once, each on a thread
/// of its own, so that a silent node costs the others nothing. `name(i)` names the thread, 15
/// characters are seen. Returns when all have; both are called by several threads.
template <class NameOf, class Ask>
auto AskSideBySide(size_t count, const NameOf& name, const Ask& ask)
    -> std::vector<std::invoke_result_t<const Ask&, size_t>> {
  using Told = std::invoke_result_t<const Ask&, size_t>;
  std::vector<std::future<Told>> asked;
  asked.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    asked.push_back(std::async(std::launch::async, [&name, &ask, i] {
      NameThisThread(name(i));
      return ask(i);
    }));
  }
  std::vector<Told> all;
  all.reserve(count);
  for (std::future<Told>& each : asked) {
    all.push_back(each.get());
  }
  return all;
}

}  // namespace klaxon
