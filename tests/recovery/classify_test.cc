#include "agent/recovery/classify.h"

#include <fstream>
#include <map>
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/text.h"
#include "agent/connect/trace.h"

namespace klaxon::recovery {
namespace {

/// A trace as it comes, and what it must come down to.
struct Sample {
  std::string title{};
  std::string failure{};
  std::string root{};
  std::string trace{};
};

/// "## title | class | root cause", then the trace.
std::vector<Sample> SamplesOf(const std::string& family) {
  std::ifstream file("tests/recovery/corpus/" + family + ".txt");
  std::vector<Sample> samples;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) {
      const size_t first = line.find(" | ");
      const size_t second = line.find(" | ", first + 3);
      samples.push_back({.title = line.substr(3, first - 3),
                         .failure = line.substr(first + 3, second - first - 3),
                         .root = line.substr(second + 3)});
    } else if (!samples.empty()) {
      samples.back().trace += line + "\n";
    }
  }
  return samples;
}

TEST_CASE("traces of real products are told by class and root cause", "[recovery]") {
  const Classifier classifier({});
  std::map<std::string, int> seen;
  int all = 0;
  for (const std::string family : {"jdbc", "debezium", "stores", "kafka", "converters"}) {
    for (const Sample& sample : SamplesOf(family)) {
      INFO(family << ": " << sample.title);
      const ConnectFailureRef failure = connect::ReadFailure(sample.trace, "");
      REQUIRE(failure != nullptr);
      CHECK(connect::LineOf(*failure) == Printable(sample.root));
      CHECK(Name(classifier.ClassOf(failure)) == sample.failure);
      ++seen[sample.failure];
      ++all;
    }
  }
  CHECK(all >= 80);
  CHECK(seen.size() == kFailureClasses);
}

TEST_CASE("what no pattern knows is unknown, and so is nothing", "[recovery]") {
  const Classifier classifier({});
  CHECK(classifier.ClassOf(nullptr) == FailureClass::kUnknown);
  CHECK(classifier.ClassOf(connect::ReadFailure("java.lang.IllegalStateException: no", "")) ==
        FailureClass::kUnknown);
}

TEST_CASE("patterns of the configuration are asked first, of every cause", "[recovery]") {
  const Classifier classifier({{"^com\\.acme\\..*quota [0-9]+", FailureClass::kTransient},
                               {"(unclosed", FailureClass::kDataLossRisk}});
  const char* trace =
      "com.acme.AcmeException: quota 12 used up\n\tat com.acme.Sink.put(Sink.java:1)\n"
      "Caused by: java.net.ConnectException: Connection refused\n";
  CHECK(classifier.ClassOf(connect::ReadFailure(trace, "")) == FailureClass::kTransient);
  CHECK(classifier.ClassOf(connect::ReadFailure("a.B: (unclosed", "")) == FailureClass::kUnknown);
}

TEST_CASE("a hostile pattern on a hostile line takes no time to speak of", "[recovery]") {
  const Classifier classifier({{"(a|aa)+(a|aa)+(a|aa)+$x", FailureClass::kTransient}});
  const std::string trace = "a.B: " + std::string(30'000, 'a') + "\n";
  for (int i = 0; i < 100; ++i) {
    CHECK(classifier.ClassOf(connect::ReadFailure(trace, "")) == FailureClass::kUnknown);
  }
}

TEST_CASE("every class has a word of advice", "[recovery]") {
  for (size_t i = 0; i < kFailureClasses; ++i) {
    CHECK_FALSE(AdviceFor(static_cast<FailureClass>(i)).empty());
  }
}

}  // namespace
}  // namespace klaxon::recovery
