#include "agent/kafka/worker_group.h"

#include <charconv>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace klaxon::kafka {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace)
using wire::DescribeGroupsResponse;

/// Bytes as Java's ByteBuffer writes them.
class Written {
 public:
  Written& Int16(int number) { return Put(number, 2); }

  Written& Int32(int64_t number) { return Put(number, 4); }

  Written& Int64(int64_t number) { return Put(number, 8); }

  Written& Text(const std::string& text) {
    Int16(static_cast<int>(text.size()));
    bytes_ += text;
    return *this;
  }

  Written& Work(const std::string& connector, const std::vector<int>& tasks) {
    Text(connector).Int32(static_cast<int64_t>(tasks.size()));
    for (const int task : tasks) {
      Int32(task);
    }
    return *this;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  Written& Put(int64_t number, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
      bytes_.push_back(
          static_cast<char>(static_cast<uint64_t>(number) >> static_cast<unsigned>(shift)));
    }
    return *this;
  }

  std::string bytes_{};
};

DescribeGroupsResponse::Group Group(const std::string& metadata, const std::string& assignment) {
  DescribeGroupsResponse::Group group{.id = "workers", .state = "Stable", .protocol = "sessioned"};
  group.members.push_back({.member_id = "member-1",
                           .client_id = "connect-1",
                           .client_host = "/10.0.0.1",
                           .metadata = {metadata},
                           .assignment = {assignment}});
  return group;
}

std::string Head(int version) {
  return Written()
      .Int16(version)
      .Int16(0)
      .Text("member-1")
      .Text("http://w1:8083/")
      .Int64(7)
      .bytes();
}

/// `carried`: what the worker has, as an assignment; empty: null.
std::string Metadata(int version, const std::string& carried = "") {
  Written written;
  written.Int16(version).Text("http://w1:8083/").Int64(5);
  if (version == 0) {
    return written.bytes();
  }
  return carried.empty() ? written.Int32(-1).bytes()
                         : written.Int32(static_cast<int64_t>(carried.size())).bytes() + carried;
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    uint8_t byte = 0;
    std::from_chars(&hex[i], &hex[i] + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

/// A group of two workers of Kafka 4.3.1 as the broker told it at one moment of the recording:
/// before a worker was killed, when that was noticed, while its work waited for it, and when it was
/// moved.
ConnectGroupFacts Recorded(const std::string& moment) {
  std::ifstream file("tests/kafka/testdata/connect-4.3.1.txt");
  DescribeGroupsResponse::Group group{.protocol = "sessioned"};
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string when;
    DescribeGroupsResponse::Member member;
    words >> when >> member.member_id >> member.metadata.data >> member.assignment.data;
    member.metadata.data = FromHex(member.metadata.data);
    member.assignment.data = FromHex(member.assignment.data);
    if (when == moment) {
      group.members.push_back(std::move(member));
    }
  }
  return ReadConnectGroup(group);
}

/// "sink: connector 0 1", a line a connector.
std::string InWords(const std::vector<ConnectWork>& works) {
  std::string words;
  for (const ConnectWork& work : works) {
    words += work.connector + ":" + (work.instance ? " connector" : "");
    for (const int32_t task : work.tasks) {
      words += " " + std::to_string(task);
    }
    words += "\n";
  }
  return words;
}

TEST_CASE("a worker group is read in every version of its protocol", "[kafka]") {
  const int version = GENERATE(0, 1, 2);
  Written assignment;
  assignment.Int32(2).Work("sink", {1, -1, 0}).Work("big", {4});
  if (version > 0) {
    assignment.Int32(1).Work("old", {0}).Int32(300'000);
  }
  const ConnectGroupFacts facts =
      ReadConnectGroup(Group(Metadata(version), Head(version) + assignment.bytes()));
  CHECK(facts.misread.empty());
  CHECK(facts.protocol == "sessioned");
  CHECK(facts.leader == "member-1");
  CHECK(facts.leader_url == "http://w1:8083/");
  CHECK_FALSE(facts.config_mismatch);
  CHECK(facts.delay == (version == 0 ? Duration{} : Duration(std::chrono::minutes{5})));
  REQUIRE(facts.members.size() == 1);
  const ConnectMemberFacts& member = facts.members[0];
  CHECK(member.url == "http://w1:8083/");
  CHECK(member.config_offset == 5);
  REQUIRE(member.carries.size() == 2);
  CHECK(member.carries[0].connector == "big");
  CHECK_FALSE(member.carries[0].instance);
  CHECK(member.carries[1].connector == "sink");
  CHECK(member.carries[1].instance);
  CHECK(member.carries[1].tasks == std::vector<int32_t>{0, 1});
  CHECK(member.revoked.size() == (version == 0 ? 0 : 1));
}

TEST_CASE("what a worker carries is what it had, less what is revoked, and what it is given",
          "[kafka]") {
  const std::string had =
      Head(1) +
      Written().Int32(2).Work("keep", {-1, 0, 1}).Work("lose", {2}).Int32(0).Int32(0).bytes();
  const std::string given = Head(1) + Written()
                                          .Int32(2)
                                          .Work("keep", {3})
                                          .Work("new", {-1})
                                          .Int32(2)
                                          .Work("keep", {0})
                                          .Work("lose", {2})
                                          .Int32(0)
                                          .bytes();
  const ConnectGroupFacts facts = ReadConnectGroup(Group(Metadata(1, had), given));
  CHECK(facts.misread.empty());
  CHECK(InWords(facts.members[0].carries) == "keep: connector 1 3\nnew: connector\n");
  CHECK(InWords(facts.members[0].revoked) == "keep: 0\nlose: 2\n");
}

TEST_CASE("what real workers told is read as Connect's REST told it", "[kafka]") {
  const ConnectGroupFacts balanced = Recorded("balanced");
  CHECK(balanced.misread.empty());
  REQUIRE(balanced.members.size() == 2);
  CHECK(balanced.leader_url == "http://127.0.0.1:24411/");
  CHECK(balanced.leader == balanced.members[1].member_id);
  CHECK(balanced.members[0].url == "http://127.0.0.1:12175/");
  CHECK(InWords(balanced.members[0].carries) == "source-1: connector 0 2\n");
  CHECK(balanced.members[1].url == "http://127.0.0.1:24411/");
  CHECK(InWords(balanced.members[1].carries) == "sink 1: connector 0 1\nsource-1: 1\n");
  CHECK(balanced.delay == Duration{});

  const ConnectGroupFacts rebalancing = Recorded("rebalancing");
  REQUIRE(rebalancing.members.size() == 1);
  CHECK(rebalancing.members[0].url.empty());
  CHECK(rebalancing.members[0].carries.empty());

  const ConnectGroupFacts waiting = Recorded("waiting");
  REQUIRE(waiting.members.size() == 1);
  CHECK(waiting.delay == Duration(std::chrono::seconds{5}));
  CHECK(InWords(waiting.members[0].carries) == "sink 1: connector 0 1\nsource-1: 1\n");

  const ConnectGroupFacts moved = Recorded("moved");
  REQUIRE(moved.members.size() == 1);
  CHECK(moved.delay == Duration{});
  CHECK(InWords(moved.members[0].carries) == "sink 1: connector 0 1\nsource-1: connector 0 1 2\n");
}

TEST_CASE("fields that are missing at the end of an assignment are empty", "[kafka]") {
  const std::string whole = Head(1) + Written().Int32(1).Work("sink", {0}).bytes();
  const std::string rest = GENERATE(""s, Written().Int32(-1).bytes(), Written().Int32(0).bytes());
  const ConnectGroupFacts facts = ReadConnectGroup(Group(Metadata(1), whole + rest));
  CHECK(facts.misread.empty());
  REQUIRE(facts.members[0].carries.size() == 1);
  CHECK(facts.members[0].revoked.empty());
  CHECK(facts.delay == Duration{});
}

TEST_CASE("a group that rebalances has members without a word of theirs", "[kafka]") {
  const ConnectGroupFacts facts = ReadConnectGroup(Group("", ""));
  CHECK(facts.misread.empty());
  REQUIRE(facts.members.size() == 1);
  CHECK(facts.members[0].url.empty());
  CHECK(facts.members[0].config_offset == -1);
}

TEST_CASE("bytes of a worker that do not fit are said and left out", "[kafka]") {
  struct Row {
    std::string metadata{};
    std::string assignment{};
    std::string misread{};
  };

  const auto row = GENERATE(
      Row{"\0"s, "", "metadata of member connect-1: number of 2 bytes at byte 0, 1 are left"},
      Row{Metadata(1, "\0\1"s), "", "allocation of member connect-1: number of 2 bytes"},
      Row{Metadata(1), Head(3), "assignment of member connect-1: version 3, known are 0 to 2"},
      Row{Metadata(1), Head(-1), "assignment of member connect-1: version -1, known are 0 to 2"},
      Row{Metadata(1), Head(1) + Written().Int32(2'000'000'000).bytes(), "assignment of member"},
      Row{Metadata(1), Head(1) + Written().Int32(1).Work("s", {0}).bytes().substr(0, 9),
          "assignment of member"},
      Row{Metadata(1), Head(1) + Written().Int32(0).Int32(0).Int32(0).Int32(9).bytes(),
          "assignment of member connect-1: 4 bytes too many"});
  const ConnectGroupFacts facts = ReadConnectGroup(Group(row.metadata, row.assignment));
  CHECK(facts.misread.starts_with(row.misread));
  REQUIRE(facts.members.size() == 1);
  CHECK(facts.members[0].carries.empty());
}

TEST_CASE("a registry's group names its leader", "[kafka]") {
  const std::string identity =
      R"({"version":1,"host":"sr-1","port":8081,"master_eligibility":true,"scheme":"https"})";
  const RegistryGroupFacts facts = ReadRegistryGroup(
      Group(identity,
            R"({"version":1,"error":0,"master":"member-1","master_identity":)" + identity + "}"));
  CHECK(facts.misread.empty());
  CHECK(facts.leader == "member-1");
  CHECK(facts.leader_url == "https://sr-1:8081");
  CHECK(facts.error == 0);
  REQUIRE(facts.members.size() == 1);
  CHECK(facts.members[0].url == "https://sr-1:8081");
  CHECK(facts.members[0].eligible);
}

TEST_CASE("a registry's group in odd shapes is read as far as it goes", "[kafka]") {
  struct Row {
    std::string metadata{};
    std::string assignment{};
    std::string url{};
    std::string leader_url{};
    bool misread = false;
  };

  const auto row = GENERATE(
      Row{R"({"host":"::1","port":8081})", R"({"error":1,"master":null,"master_identity":null})",
          "http://[::1]:8081", "", false},
      Row{R"({"host":7,"port":"x"})", "{}", "", "", false},
      Row{R"({"host":"a","port":-4})", "", "http://a:0", "", false}, Row{"[]", "", "", "", true},
      Row{"", "nonsense", "", "", true}, Row{"\xff\xfe", "", "", "", true},
      Row{std::string(100'000, '['), "", "", "", true});
  const RegistryGroupFacts facts = ReadRegistryGroup(Group(row.metadata, row.assignment));
  CHECK(facts.misread.empty() == !row.misread);
  REQUIRE(facts.members.size() == 1);
  CHECK(facts.members[0].url == row.url);
  CHECK(facts.leader_url == row.leader_url);
}

}  // namespace
}  // namespace klaxon::kafka
