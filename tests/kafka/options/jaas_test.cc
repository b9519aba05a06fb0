#include "agent/kafka/jaas.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon::kafka {
namespace {

constexpr const char* kPlain = "org.apache.kafka.common.security.plain.PlainLoginModule";

TEST_CASE("a password in sasl.jaas.config is read as Kafka's tokenizer reads it", "[jaas]") {
  struct Case {
    std::string what;
    std::string written;
    std::string password;
  };

  const std::vector<Case> cases{
      {"in double quotes", R"("secret")", "secret"},
      {"in single quotes", "'secret'", "secret"},
      {"bare", "secret", "secret"},
      {"bare with digits", "s3cr3t", "s3cr3t"},
      {"with signs that mean something outside", R"("a=b;c//d/*e")", "a=b;c//d/*e"},
      {"the other quote inside", R"("it's")", "it's"},
      {"an escaped quote", R"("a\"b")", "a\"b"},
      {"an escaped backslash", R"("a\\b")", "a\\b"},
      {"escapes of C", R"("\a\b\f\n\r\t\v\q")", "\a\b\f\n\r\t\vq"},
      {"octal escapes", R"("\101\0609\47")", "A09'"},
      {"octal digits that are one too many", R"("\477")", "'7"},
      {"empty", R"("")", ""},
      {"letters beyond ASCII", "\"p\xC3\xA4ss\"", "p\xC3\xA4ss"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const Result<JaasEntry> entry =
        ParseJaas(std::string(kPlain) + " required username=\"u\" password=" + each.written + ";");
    REQUIRE(entry);
    CHECK(entry->module == "PlainLoginModule");
    REQUIRE(entry->Find("password") != nullptr);
    CHECK(*entry->Find("password") == each.password);
  }
}

TEST_CASE("the spellings that are found in the field are read", "[jaas]") {
  for (const char* const text : {
           "PlainLoginModule required username=\"u\" password=\"p\";",
           "kafkashaded.org.apache.kafka.a.PlainLoginModule required username='u' password='p';",
           "  a.PlainLoginModule\tREQUIRED\nusername = 'u'\n  password = 'p' ; ",
           "a.PlainLoginModule required username='u' password='p'",
           "a.PlainLoginModule sufficient // who\n username='u' /* and */ password='p';",
           "a.PlainLoginModule optional 'username'='u' \"password\"='p';",
           "a.PlainLoginModule requisite username='x' username='u' password='p';",
       }) {
    CAPTURE(text);
    const Result<JaasEntry> entry = ParseJaas(text);
    REQUIRE(entry);
    CHECK(entry->module == "PlainLoginModule");
    REQUIRE(entry->options.size() == 2);
    CHECK(*entry->Find("username") == "u");
    CHECK(*entry->Find("password") == "p");
    CHECK(entry->Find("other") == nullptr);
  }
}

TEST_CASE("what is wrong in sasl.jaas.config is said without the password", "[jaas]") {
  struct Case {
    std::string text;
    std::string words;
  };

  const std::vector<Case> cases{
      {"", "does not begin with a login module"},
      {"\"PlainLoginModule\" required;", "does not begin with a login module"},
      {"a.PlainLoginModule", "\"required\" does not stand"},
      {"a.PlainLoginModule username='u' password='hunter2';", "\"required\" does not stand"},
      {"a.PlainLoginModule required hunter2", "first option has no value"},
      {"a.PlainLoginModule required username= ;", "first option has no value"},
      {"a.PlainLoginModule required username='u' password=my hunter2;",
       "what follows the option \"password\" is no option; are all values in quotes?"},
      {"a.PlainLoginModule required username='u' password='hunter2;", "quote without its end"},
      {"a.PlainLoginModule required password=\"hunter2\n\";", "quote without its end"},
      {"a.PlainLoginModule required /* password='hunter2';", "comment (/*) without its end"},
      {"a.PlainLoginModule required password='hunter2'; b.PlainLoginModule required;",
       "more than one login module"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    const Result<JaasEntry> entry = ParseJaas(each.text);
    REQUIRE_FALSE(entry);
    CHECK(entry.error().reason() == Reason::kInvalid);
    CAPTURE(entry.error().message());
    CHECK(entry.error().message().find(each.words) != std::string::npos);
    CHECK(entry.error().message().find("hunter2") == std::string::npos);
  }
}

}  // namespace
}  // namespace klaxon::kafka
