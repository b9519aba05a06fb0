#include "agent/base/mask.h"

#include <string>
#include <vector>

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
      Case{R"(\"secret\": \"abc\")", R"(\"secret\": \"***\")"},
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
      Case{"Map(password -> hunter2, user -> u)", "Map(password -> ***, user -> u)"},
      Case{"Map(db.password->hunter2)", "Map(db.password->***)"},
      Case{"to=https%3A%2F%2Fx%2F%3Faccess_token%3Dabc&y=1",
           "to=https%3A%2F%2Fx%2F%3Faccess_token%3D***&y=1"},
      Case{"Set-Cookie: session=abc; Path=/", "Set-Cookie: ***; Path=/"},
      Case{"passcode=1234", "passcode=***"},
      Case{"state RUNNING -> FAILED", "state RUNNING -> FAILED"}, Case{"", ""},
      Case{"password", "password"}, Case{"password=", "password="}, Case{"token:", "token:"},
      Case{"jdbc:oracle:", "jdbc:oracle:"}, Case{"x://", "x://"});
  CHECK(MaskSecrets(one.text) == one.masked);
}

/// Each holds a secret, "hunter2" or "S3;cr=et" among others, that must not come through.
TEST_CASE("no secret comes through, however it is written", "[mask]") {
  const char* const text = GENERATE(
      // A value in brackets, after a sign or without one.
      "password={S3;X-hunter2}", "encrypt=true;password={hun}}ter2;hunter2};user=sa",
      "password [hunter2]", "password {hunter2}", "Password{value='hunter2'}",
      "ssl.keystore.password = [hunter2]", "password=Optional[hunter2]", "password=(hunter2)",
      R"("credentials": {"user": "u", "deep": {"a": "b"}, "x": "hunter2"})",
      R"("passwords": [["a"], ["hunter2"]])",
      // Signs.
      "key => v, password => hunter2", ":password=>'hunter2'", "db.password : hunter2",
      "password\t=\thunter2", "client_secret:hunter2",
      // XML.
      "<password>hunter2</password>", "<db:Password type=\"x\" secret=\"hunter2\">",
      "<entry key=\"password\">hunter2</entry>", "<property name=\"password\" value=\"hunter2\"/>",
      "<password><![CDATA[hunter2 < x]]></password>",
      // Names.
      "AccountKey=hunter2;EndpointSuffix=core.windows.net",
      "https://a.blob.core.windows.net/c?sv=2021&sig=hunter2%3D&se=1", "pass=hunter2", "pw=hunter2",
      "DB_PASS=hunter2", "db.pass: hunter2", "dbPass=hunter2", R"({"pass": "hunter2"})",
      "masterkey=hunter2", "master_key: hunter2", "encryption_key=hunter2", "SHARED_KEY=hunter2",
      "signingKey=hunter2", "azure.cosmos.masterKey: hunter2", "PGPASSWORD=hunter2",
      "MYSQL_PWD=hunter2", "X-Amz-Signature=hunter2&x=1", "aws_access_key_id=hunter2",
      "SharedAccessKey=hunter2",
      // Sentences of people and of Kafka.
      "Invalid value hunter2 for configuration my.secret: must not be empty",
      "Invalid value a b, \"hunter2\"; c for configuration ssl.key.password",
      "the password is hunter2", "Password is: hunter2", "password was 'hunter2'",
      "wrong passphrase 'hunter2' given", "ALTER USER u IDENTIFIED BY hunter2",
      "kafka --password hunter2 -v", "curl --oauth2-token=hunter2",
      // Quotes and what is escaped in them.
      R"("password": "a\"hunter2")", R"("password": "a\\\"hunter2")",
      R"({\"password\": \"a\\\"hunter2\"})", "password='it''s hunter2'", "{'password': b'hunter2'}",
      "password=\"hunter2 without an end",
      // Connection strings of databases.
      "jdbc:mysql://root:hunter2@db/shop", "jdbc:mysql://db/shop?user=u&password=hunter2",
      "jdbc:mysql://address=(host=db)(user=u)(password=hunter2)/shop",
      "jdbc:mysql:loadbalance://u:hunter2@db1,db2/shop",
      "jdbc:oracle:thin:scott/hunter2@//db:1521/x", "jdbc:oracle:oci8:scott/hunter2@db",
      "jdbc:db2://db:50000/shop:user=u;password=hunter2;",
      "jdbc:sqlserver://db;user=sa;password={hunter2};encrypt=true",
      "jdbc:h2:mem:x;USER=sa;PASSWORD=hunter2", "jdbc:teradata://db/USER=u,PASSWORD=hunter2",
      "jdbc:redshift:iam://c?AccessKeyID=x&SecretAccessKey=hunter2",
      "jdbc:snowflake://a.example/?privateKey=hunter2", "mongodb://u:hunter2@a:1,b:2/db?x=y",
      "amqp://u:hun/hunter2@mq", "Server=db;Pwd=hunter2;",
      // Headers.
      "Authorization: Basic aHVudGVyMg==hunter2", "authorization: Bearer  hunter2",
      "Authorization: Token hunter2", R"(Authorization: Digest username="u", response="hunter2")",
      "Authorization: AWS4-HMAC-SHA256 Credential=x/1, SignedHeaders=a, Signature=hunter2",
      "Proxy-Authorization: Negotiate hunter2", "X-Api-Key: hunter2",
      "sent Basic dXNlcjpodW50ZXIyhunter2", "Cookie: session_token=hunter2",
      // What is known by its looks.
      "user AKIAIOSFODNN7HUNTER2 may not", "ASIAIOSFODNN7HUNTER2/20260101",
      "ghp_abcdefghijklmnophunter2",
      "-----BEGIN RSA PRIVATE"
      " KEY-----\nhunter2\n-----END",
      "-----BEGIN PRIVATE"
      " KEY-----\\nhunter2");
  INFO(text);
  const std::string masked = MaskSecrets(text);
  INFO(masked);
  CHECK(masked.find("***") != std::string::npos);
  for (const char* secret : {"hunter2", "HUNTER2"}) {
    CHECK(masked.find(secret) == std::string::npos);
  }
}

TEST_CASE("text without a secret stays as it is", "[mask]") {
  const char* const text = GENERATE(
      "password authentication failed for user \"connect\"", "the password is required",
      "password is not set", "Password must not be empty", "the password was wrong",
      "token is expired.", "Basic authentication failed", "Basic auth is off",
      "Bearer authentication is not supported", "WWW-Authenticate: Bearer realm=\"x\"",
      "Unexpected token [ in JSON at position 1", "Object or token 'null', 'true' or 'false'",
      "MongoCredential{mechanism=SCRAM-SHA-256, userName='dbz', source='admin'}",
      "Unrecognized token 'foo': was expecting true", "record with key: order-17 in orders-3",
      R"({"key": "order-17", "value": 4})", "primary_key=id", "partition_key: 7",
      "foreignKey=customer", "message.key=order-17", "sort-key=created", "row_key = 4711",
      "key.converter=org.apache.kafka.X", "monkey=banana", "turkey: 4", "bypass=true",
      "compass=north", "pass 3 of 4", "pass: 3 of 4", "passed=4, failed=0", "signal=9", "sigma=2.5",
      "Invalid value abc for configuration tasks.max: not a number",
      "Invalid value null for configuration name", "http://search:9200/a@b",
      "http://search/mail/a@b", "mail ops@shop.example", "https://shop.example/?q=a:b",
      "jdbc:postgresql://db:5432/shop?ssl=true", "jdbc:oracle:thin:@db:1521:orcl",
      "jdbc:sqlserver://db:1433;databaseName=shop", "AKIA is a prefix", "ASIA-PACIFIC-SOUTHEAST-1",
      "a <b> c", "x < y and y > z", "std::map<std::string, int>", "the secret of success",
      "token bucket of 5", "tokenizer=standard", "credentials.provider.class=a.B",
      "delegation.token.expiry.time.ms=86400000", "-----", "$5 for {x}", "topics=a,b [c] {d}",
      "expected '(' but found ')'", "eyJ is how they begin",
      "org.postgresql.util.PSQLException: ERROR: relation",
      "Caused by: java.net.ConnectException: Connection refused (Connection refused)");
  CHECK(MaskSecrets(text) == text);
}

TEST_CASE("hostile text is masked in time that grows with it, into little more text", "[mask]") {
  // What begins something that never ends, over and over. To search the rest of the text anew each
  // time would take minutes for the first five.
  const std::vector<std::string> searched{"://", "://a ", "${}", "jdbc:oracle:", "invalid value "};
  const std::vector<std::string> others{"://@",
                                        "${",
                                        "${a}:",
                                        "jdbc:oracle:thin:",
                                        "password ",
                                        "password [",
                                        "password=",
                                        "password=\"",
                                        "password='' ",
                                        "password is ",
                                        "password \\\"",
                                        "<password>",
                                        "<password",
                                        "bearer ",
                                        "-----begin",
                                        "a.key",
                                        "password{",
                                        "\\",
                                        "'",
                                        "x",
                                        "basic realm=",
                                        " for configuration invalid value "};
  const auto check = [](const std::string& piece, size_t size) {
    std::string text;
    while (text.size() < size) {
      text += piece;
    }
    INFO(piece);
    CHECK(MaskSecrets(text).size() <= 2 * text.size());
  };
  for (const std::string& piece : searched) {
    check(piece, size_t{2} << 20U);
  }
  for (const std::string& piece : others) {
    check(piece, size_t{1} << 18U);
  }
}

TEST_CASE("keys of secrets are known by their names", "[mask]") {
  for (const char* key :
       {"connection.password", "database.password", "sasl.jaas.config", "aws.secret.access.key",
        "snowflake.private.key", "basic.auth.user.info", "Api-Key", "oauth.token", "ssl.key",
        "azure.account.key", "proxy.authorization", "master_key", "accountKey", "db.pass", "sig"}) {
    INFO(key);
    CHECK(IsSecretKey(key));
  }
  for (const char* key : {"key.converter", "topics", "pk.fields", "tasks.max", "mode", "keys",
                          "key", "partition.key", "bypass"}) {
    INFO(key);
    CHECK_FALSE(IsSecretKey(key));
  }
}

}  // namespace
}  // namespace klaxon
