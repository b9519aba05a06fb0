#include "agent/base/mask.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace klaxon {
namespace {

TEST_CASE("what looks like a secret is masked, the rest stays", "[mask]") {
  struct Case {
    const char* text;
    const char* masked;
  };

  const Case one = GENERATE(
      Case{"password=hunter2", "password=***"},
      Case{"Invalid password: hunter2, try again", "Invalid password: ***, try again"},
      Case{"db.Password = 'hunter 2' ok", "db.Password = '***' ok"},
      Case{R"({"api_key":"abc","x":1})", R"({"api_key":"***","x":1})"},
      Case{R"(\"secret\": \"abc\")", R"(\"secret\": \"***")"},
      Case{"jdbc:postgresql://u:p@db:5432/shop", "jdbc:postgresql://***@db:5432/shop"},
      Case{"jdbc:sqlserver://db:1433;user=sa;password=x;encrypt=true",
           "jdbc:sqlserver://db:1433;user=sa;password=***;encrypt=true"},
      Case{"jdbc:mysql://db/shop?user=u&password=p&ssl=1",
           "jdbc:mysql://db/shop?user=u&password=***&ssl=1"},
      Case{"jdbc:oracle:thin:scott/tiger@db:1521:orcl", "jdbc:oracle:thin:***@db:1521:orcl"},
      Case{"mongodb+srv://u:p/q@c.example/db", "mongodb+srv://***@c.example/db"},
      Case{"https://token@git.example/x", "https://***@git.example/x"},
      Case{"http://search:9200/a@b", "http://search:9200/a@b"},
      Case{"http://search:9200", "http://search:9200"},
      Case{"http://search/mail/a@b", "http://search/mail/a@b"},
      Case{"${file:/etc/connect/secrets:db}", "${file:***}"}, Case{"${DB_PASSWORD}", "${***}"},
      Case{"a ${vault:x", "a ${vault:***"},
      Case{"Authorization: Basic dXNlcjpwYXNz, next", "Authorization: ***, next"},
      Case{"sent Bearer abcdefghijkl to it", "sent Bearer *** to it"},
      Case{"Basic error", "Basic error"},
      Case{"-----BEGIN PRIVATE"
           " KEY-----\nabc\n-----END PRIVATE KEY-----",
           "-----BEGIN***-----END PRIVATE"
           " KEY-----"},
      Case{"password authentication failed for user \"connect\"",
           "password authentication failed for user \"connect\""},
      Case{"record with key: order-17 in orders-3", "record with key: order-17 in orders-3"},
      Case{"sasl.jaas.config=x required username=\"u\" password=\"p\";",
           "sasl.jaas.config=*** required username=\"u\" password=\"***\";"},
      Case{"", ""}, Case{"password", "password"}, Case{"password=", "password="},
      Case{"token:", "token:"}, Case{"jdbc:oracle:", "jdbc:oracle:"}, Case{"x://", "x://"});
  CHECK(MaskSecrets(one.text) == one.masked);
}

TEST_CASE("keys of secrets are known by their names", "[mask]") {
  for (const char* key :
       {"connection.password", "database.password", "sasl.jaas.config", "aws.secret.access.key",
        "snowflake.private.key", "basic.auth.user.info", "Api-Key", "oauth.token", "ssl.key",
        "azure.account.key", "proxy.authorization"}) {
    INFO(key);
    CHECK(IsSecretKey(key));
  }
  for (const char* key : {"key.converter", "topics", "pk.fields", "tasks.max", "mode", "keys"}) {
    INFO(key);
    CHECK_FALSE(IsSecretKey(key));
  }
}

}  // namespace
}  // namespace klaxon
