#pragma once

#include <mutex>

// Clang checks at compile time that a guarded member is touched only under its mutex
// (-Wthread-safety); GCC sees nothing. See https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#if defined(__clang__)
#define KLAXON_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define KLAXON_THREAD_ANNOTATION(x)
#endif

#define KLAXON_CAPABILITY(x) KLAXON_THREAD_ANNOTATION(capability(x))
#define KLAXON_SCOPED_CAPABILITY KLAXON_THREAD_ANNOTATION(scoped_lockable)
#define KLAXON_GUARDED_BY(x) KLAXON_THREAD_ANNOTATION(guarded_by(x))
#define KLAXON_REQUIRES(...) KLAXON_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define KLAXON_ACQUIRE(...) KLAXON_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define KLAXON_RELEASE(...) KLAXON_THREAD_ANNOTATION(release_capability(__VA_ARGS__))

namespace klaxon {

/// std::mutex that the compiler can reason about. `std::condition_variable_any` waits on it.
class KLAXON_CAPABILITY("mutex") Mutex {
 public:
  void lock() KLAXON_ACQUIRE() { mutex_.lock(); }

  void unlock() KLAXON_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for the length of a scope.
class KLAXON_SCOPED_CAPABILITY Lock {
 public:
  explicit Lock(Mutex& mutex) KLAXON_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }

  ~Lock() KLAXON_RELEASE() { mutex_.unlock(); }

  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace klaxon
