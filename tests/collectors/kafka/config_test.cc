#include "collectors/kafka/config.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "agent/config/document.h"
#include "tests/support/certificates.h"

namespace klaxon::kafka_collector {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Read {
  Config config{};
  std::vector<config::Mistake> mistakes{};
};

Read ReadText(const std::string& text, const std::string& folder = "") {
  Read read;
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "PASSWORD" ? std::optional<std::string>("hunter2") : std::nullopt;
  };
  config::Document document = config::Document::Parse(text, "klaxon.yaml", environment, folder);
  {
    config::YamlMap root = document.Root();
    read.config = ReadConfig(root);
  }
  read.mistakes = document.mistakes();
  return read;
}

TEST_CASE("bootstrap servers are enough", "[kafka]") {
  const Read read = ReadText("bootstrap.servers: kafka-1, kafka-2:9093\n");
  REQUIRE(read.mistakes.empty());
  REQUIRE(read.config.bootstrap.size() == 2);
  CHECK(ToString(read.config.bootstrap[0]) == "kafka-1:9092");
  CHECK(ToString(read.config.bootstrap[1]) == "kafka-2:9093");
  CHECK(read.config.interval == seconds{10});
  CHECK(read.config.request_timeout == seconds{5});
  CHECK(read.config.earliest_interval == seconds{60});
}

TEST_CASE("the other times follow a shorter or longer interval", "[kafka]") {
  const Read quick = ReadText("{bootstrap.servers: kafka-1, interval: 1s}");
  CHECK(quick.mistakes.empty());
  CHECK(quick.config.request_timeout == milliseconds{500});
  const Read slow = ReadText("{bootstrap.servers: kafka-1, interval: 5m}");
  CHECK(slow.mistakes.empty());
  CHECK(slow.config.request_timeout == seconds{5});
  CHECK(slow.config.earliest_interval == std::chrono::minutes{5});
}

TEST_CASE("settings of Kafka that make no sense are refused, each with its reason", "[kafka]") {
  const char* text = GENERATE(
      "{}", "bootstrap.servers:", "{bootstrap.servers: []}", "{bootstrap.servers: 'a:b:c'}",
      "{bootstrap.servers: 'a:99999'}",
      "{bootstrap.servers: a, interval: 10s, request.timeout: 10s}",
      "{bootstrap.servers: a, earliest.interval: 5s}", "{bootstrap.servers: a, interval: 500ms}",
      "{bootstrap.servers: a, interval: 2h}", "{bootstrap.servers: a, intervall: 10s}");
  INFO(text);
  CHECK(ReadText(text).mistakes.size() == 1);
}

constexpr const char* kScram =
    "bootstrap.servers: a\nsecurity.protocol: SASL_SSL\nsasl.mechanism: SCRAM-SHA-512\n"
    "sasl.username: klaxon\n";

TEST_CASE("a password comes from the environment, a file or the configuration", "[kafka]") {
  const testing::ScratchFolder folder;
  folder.Write("password", "hunter2\n");
  for (const char* const line :
       {"sasl.password: hunter2", "sasl.password: ${PASSWORD}", "sasl.password_file: password"}) {
    CAPTURE(line);
    const Read read = ReadText(std::string(kScram) + line, folder.Path("."));
    REQUIRE(read.mistakes.empty());
    CHECK(read.config.security.password == Secret("hunter2"));
    CHECK(read.config.security.username == "klaxon");
    CHECK(read.config.security.mechanism == kafka::SaslMechanism::kScramSha512);
  }
}

TEST_CASE("relative names of stores start at the configuration's folder", "[kafka]") {
  const testing::ScratchFolder folder;
  const testing::ScratchFolder elsewhere;
  const testing::CertificateAuthority authority;
  const testing::IssuedCertificate own = authority.Issue({});
  const std::string trust = folder.Write("ca.pem", authority.certificate());
  const std::string me = elsewhere.Write("me.pem", own.certificate + own.key);
  const std::string root = std::filesystem::path(trust).parent_path().string();
  const Read read = ReadText(
      "{bootstrap.servers: a, security.protocol: ssl, ssl.ca.location: ca.pem,"
      " ssl.certificate.location: " +
          me + "}",
      root);
  REQUIRE(read.mistakes.empty());
  CHECK(read.config.security.tls.trust.location == trust);
  CHECK(read.config.security.tls.certificate.location == me);
}

TEST_CASE("files that a connection could not use are mistakes of the line that names them",
          "[kafka]") {
  const testing::ScratchFolder folder;
  const std::string none = folder.Path("none.pem");
  CHECK(ToString(ReadText("bootstrap.servers: a\nsecurity.protocol: SSL\nssl.ca.location: " + none)
                     .mistakes) ==
        "klaxon.yaml:3: ssl.ca.location: " + none + ": No such file or directory");
  const std::string file = folder.Write("client.properties",
                                        "security.protocol=SSL\n# stores\nssl.truststore.type=PEM\n"
                                        "ssl.truststore.location=" +
                                            none + "\n");
  CHECK(ToString(ReadText("{command.config: '" + file + "', bootstrap.servers: a}").mistakes) ==
        "klaxon.yaml:1: command.config: " + file + ":4: ssl.truststore.location: " + none +
            ": No such file or directory");
}

TEST_CASE("a token's file is named, not read, in the options", "[kafka]") {
  const testing::ScratchFolder folder;
  folder.Write("token", "abc");
  const Read read = ReadText(
      "{bootstrap.servers: a, security.protocol: SASL_SSL, sasl.mechanism: OAUTHBEARER,"
      " sasl.oauthbearer.token_file: token}",
      folder.Path("x"));
  CHECK(read.mistakes.size() == 1);  // it has to be there
  const Read good = ReadText(
      "{bootstrap.servers: a, security.protocol: SASL_SSL, sasl.mechanism: OAUTHBEARER,"
      " sasl.oauthbearer.token_file: '" +
      folder.Path("token") + "'}");
  REQUIRE(good.mistakes.empty());
  CHECK(good.config.security.oauth.token_file == folder.Path("token"));
  CHECK(good.config.security.oauth.token.empty());
}

TEST_CASE("mistakes in security options have the line of their key", "[kafka]") {
  struct Case {
    std::string text;
    std::string told;
  };

  const std::vector<Case> cases{
      {"bootstrap.servers: a\nsecurity.protocol: TLS\n",
       "klaxon.yaml:2: security.protocol: expected one of PLAINTEXT, SSL, SASL_PLAINTEXT, "
       "SASL_SSL, "
       "found \"TLS\""},
      {std::string(kScram) + "sasl.password: ${PASSWORD}\nsasl.pasword: x\n",
       "klaxon.yaml:6: sasl.pasword: unknown key; did you mean \"sasl.password\"?"},
      {kScram, "klaxon.yaml:3: sasl.mechanism: SCRAM-SHA-512 needs sasl.password"},
      {"bootstrap.servers: a\n\nsasl.password: ${PASSWORD}\n",
       "klaxon.yaml:3: sasl.password: is not used with security.protocol PLAINTEXT; set that to "
       "SASL_SSL or SASL_PLAINTEXT"},
      {"bootstrap.servers: a\nsecurity.protocol: ${PASSWORD}\n",
       "klaxon.yaml:2: security.protocol: expected one of PLAINTEXT, SSL, SASL_PLAINTEXT, "
       "SASL_SSL, "
       "found \"${PASSWORD}\""},
  };
  for (const Case& each : cases) {
    CHECK(ToString(ReadText(each.text).mistakes) == each.told);
  }
}

TEST_CASE("command.config says what the keys would say", "[kafka]") {
  const testing::ScratchFolder folder;
  folder.Write("client.properties",
               "bootstrap.servers=SASL_SSL://kafka-1:9093,kafka-2\nclient.id=ops\nacks=all\n"
               "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\n"
               "sasl.jaas.config=a.ScramLoginModule required username=\"klaxon\" "
               "password=\"hunter2\";\n");
  const Read read = ReadText("command.config: client.properties", folder.Path("."));
  INFO(ToString(read.mistakes));
  REQUIRE(read.mistakes.empty());
  REQUIRE(read.config.bootstrap.size() == 2);
  CHECK(ToString(read.config.bootstrap[0]) == "kafka-1:9093");
  CHECK(ToString(read.config.bootstrap[1]) == "kafka-2:9092");
  CHECK(read.config.client_id == "ops");
  CHECK(read.config.security.password == Secret("hunter2"));
  CHECK(read.config.notice ==
        folder.Path("./client.properties") + ": without effect: acks (of no use to Klaxon)");
  const Read other = ReadText(
      "{command.config: client.properties, bootstrap.servers: 'x:1',"
      " client.id: me}",
      folder.Path("."));
  REQUIRE(other.mistakes.empty());
  CHECK(ToString(other.config.bootstrap.at(0)) == "x:1");
  CHECK(other.config.client_id == "me");
}

TEST_CASE("a client.id that no request could hold is a mistake where it stands", "[kafka]") {
  const testing::ScratchFolder folder;
  const std::string most(249, 'x');
  CHECK(ReadText("{bootstrap.servers: a, client.id: " + most + "}").mistakes.empty());
  CHECK(ToString(ReadText("{bootstrap.servers: a, client.id: x" + most + "}").mistakes) ==
        "klaxon.yaml:1: client.id: is longer than 249 bytes");
  const std::string file =
      folder.Write("client.properties", "bootstrap.servers=a\nclient.id=x" + most + "\n");
  CHECK(ToString(ReadText("command.config: " + file).mistakes) ==
        "klaxon.yaml:1: command.config: " + file + ":2: client.id: is longer than 249 bytes");
}

TEST_CASE("a properties file without a word in it is a mistake, not plain text", "[kafka]") {
  const testing::ScratchFolder folder;
  for (const char* const text : {"", " \n\t\n"}) {
    const std::string file = folder.Write("empty.properties", text);
    CHECK(ToString(ReadText("{command.config: '" + file + "', bootstrap.servers: a}").mistakes) ==
          "klaxon.yaml:1: command.config: " + file + " is empty");
  }
}

TEST_CASE("mistakes in command.config's file have its line and not its secrets", "[kafka]") {
  const testing::ScratchFolder folder;
  const std::string file = folder.Write(
      "client.properties",
      "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n\n"
      "sasl.jaas.config=a.PlainLoginModule required username=\"u\" password=hunter2\"x\";\n");
  const std::string in_file = "klaxon.yaml:1: command.config: " + file;
  CHECK(
      ToString(ReadText("{command.config: '" + file + "', bootstrap.servers: a}").mistakes) ==
      in_file +
          ":4: sasl.jaas.config: what follows the option \"password\" is no option; are all values "
          "in quotes?; expected ...LoginModule required name=\"value\" ... ;");
  folder.Write("client.properties", "bootstrap.servers=a:b:c\n");
  CHECK(ToString(ReadText("command.config: " + file).mistakes).starts_with(in_file + ": boot"));
  folder.Write("client.properties", "security.protocol=SSL\n");
  CHECK(ToString(ReadText("{command.config: '" + file + "'}").mistakes) ==
        "klaxon.yaml:1: bootstrap.servers: required, but not given");
  CHECK(ToString(
            ReadText("{command.config: '" + file + "', bootstrap.servers: a, ssl.ca.location: /ca}")
                .mistakes) == "klaxon.yaml:1: ssl.ca.location: the security options are those of " +
                                  file + ", which command.config names; write this one there");
  CHECK(ToString(ReadText("{command.config: /no/such, bootstrap.servers: a}").mistakes) ==
        "klaxon.yaml:1: command.config: /no/such cannot be read: No such file or directory");
}

}  // namespace
}  // namespace klaxon::kafka_collector
