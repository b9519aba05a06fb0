#pragma once

namespace klaxon {

/// What analysis made of one section. Each kind of source may derive its own.
struct Derived {
  Derived() = default;
  Derived(const Derived&) = default;
  Derived(Derived&&) = default;
  Derived& operator=(const Derived&) = default;
  Derived& operator=(Derived&&) = default;
  virtual ~Derived() = default;
};

}  // namespace klaxon
