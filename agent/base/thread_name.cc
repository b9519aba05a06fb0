#include "agent/base/thread_name.h"

#include <pthread.h>

namespace klaxon {

void NameThisThread(std::string name) {
  constexpr size_t kLongest = 15;
  name.resize(std::min(name.size(), kLongest));
  pthread_setname_np(pthread_self(), name.c_str());
}

}  // namespace klaxon
