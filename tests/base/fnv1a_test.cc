#include "agent/base/fnv1a.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon {
namespace {

TEST_CASE("hashes are those of the reference", "[fnv1a]") {  // its test_fnv.c
  CHECK(Fnv1a().value() == 0xcbf29ce484222325);
  CHECK(Fnv1a().Add("a").value() == 0xaf63dc4c8601ec8c);
  CHECK(Fnv1a().Add("foobar").value() == 0x85944171f73967e8);
  CHECK(Fnv1a().Add("foo").AddByte('b').Add("ar").value() == 0x85944171f73967e8);
}

}  // namespace
}  // namespace klaxon
