// SCRAM against the vectors of its standards, and against brokers that do not keep to them.
#include "agent/kafka/wire/sasl/scram.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::kafka::wire {
namespace {

struct Vector {
  std::string sentence{};
  ScramHash hash{};
  std::string password{};
  std::string nonce{};
  std::string client_first{};
  std::string server_first{};
  std::string client_final{};
  std::string server_final{};
};

const std::vector<Vector>& Vectors() {
  static const std::vector<Vector> vectors{
      {"RFC 7677 section 3", ScramHash::kSha256, "pencil", "rOprNGfwEbeRWgbNEkqO",
       "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
       "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
       "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
       "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
       "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
  };
  return vectors;
}

SecurityOptions As(std::string user, std::string password) {
  return {.username = std::move(user), .password = Secret(std::move(password))};
}

TEST_CASE("SCRAM says what the standard's examples say", "[sasl]") {
  for (const Vector& vector : Vectors()) {
    INFO(vector.sentence);
    ScramCache cache;
    const SecurityOptions options = As("user", vector.password);
    for (int round = 0; round < 2; ++round) {  // the second time from the cache
      const auto scram = Scram(vector.hash, options, cache, vector.nonce);
      const auto first = scram->Begin({});
      REQUIRE(first);
      CHECK(**first == vector.client_first);
      const auto last = scram->Continue(vector.server_first);
      REQUIRE(last);
      CHECK(last->value() == vector.client_final);
      const auto over = scram->Continue(vector.server_final);
      REQUIRE(over);
      CHECK_FALSE(*over);
    }
  }
}

TEST_CASE("the functions below SCRAM give what their standards say", "[sasl]") {
  // RFC 4231 case 2, RFC 7914 section 11, RFC 6234 ("abc"), RFC 4648 section 10.
  const auto hex = [](std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const auto value = static_cast<unsigned char>(byte);
      text += {kDigits[value >> 4U], kDigits[value & 15U]};
    }
    return text;
  };
  CHECK(hex(Hmac(ScramHash::kSha256, "Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(Hmac(ScramHash::kSha512, "Jefe", "what do ya want for nothing?")) ==
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8"
        "f0e6"
        "fdcaeab1a34d4a6b4b636e070a38bce737");
  CHECK(hex(Salted(ScramHash::kSha256, "passwd", "salt", 1)) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  CHECK(hex(Digest(ScramHash::kSha256, "abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(ToBase64("foob") == "Zm9vYg==");
  CHECK(FromBase64("Zm9vYg==") == "foob");
  CHECK(FromBase64("Zm9vYmE=") == "fooba");
  CHECK(FromBase64("") == "");
  for (const std::string wrong : {"Zm9vYg=", "Zm9v Yg==", "Zm9vYg==\n", "=", "====", "Zm9=Yg=="}) {
    INFO(wrong);
    CHECK_FALSE(FromBase64(wrong));
  }
  CHECK(RandomNonce() != RandomNonce());
  CHECK(RandomNonce().size() == 24);
}

TEST_CASE("a name with a comma or an equals sign is escaped", "[sasl]") {
  ScramCache cache;
  const SecurityOptions options = As("a,b=c", "p");
  CHECK(**Scram(ScramHash::kSha256, options, cache, "x")->Begin({}) == "n,,n=a=2Cb=3Dc,r=x");
}

TEST_CASE("a broker that breaks the rules of SCRAM is refused before anything is computed",
          "[sasl]") {
  struct Row {
    std::string said{};
    std::string message{};
  };

  const std::string start = "breaks the rules of SCRAM: ";
  const std::string shape = "its first message is not nonce, salt and iterations";
  const std::vector<Row> rows{
      {"", shape},
      {"hello", shape},
      {"r=abcdef,s=cGVwcGVy", shape},
      {"s=cGVwcGVy,r=abcdef,i=4096", shape},
      {"r=abcdef,s=cGVwcGVy,i=4096,x=1", shape},
      {"m=must,r=abcdef,s=cGVwcGVy,i=4096", "it asks for an extension that we do not have"},
      {"r=abc,s=cGVwcGVy,i=4096", "its nonce does not continue ours"},
      {"r=xyzabc,s=cGVwcGVy,i=4096", "its nonce does not continue ours"},
      {"r=abcdef,s=,i=4096", "a salt that cannot be used"},
      {"r=abcdef,s=!!!!,i=4096", "a salt that cannot be used"},
      {"r=abcdef,s=" + ToBase64(std::string(257, 'x')) + ",i=4096", "a salt that cannot be used"},
      {"r=abcdef,s=cGVwcGVy,i=4095", "4095 iterations, not 4096 to 1000000"},
      {"r=abcdef,s=cGVwcGVy,i=1000001", "1000001 iterations, not 4096 to 1000000"},
      {"r=abcdef,s=cGVwcGVy,i=99999999999999", "99999999999999 iterations, not 4096 to 1000000"},
      {"r=abcdef,s=cGVwcGVy,i=-1", "-1 iterations, not 4096 to 1000000"},
      {"r=abcdef,s=cGVwcGVy,i=4096x", "4096x iterations, not 4096 to 1000000"},
      {std::string(3000, 'r'), "a message of 3000 bytes"},
  };
  const SecurityOptions options = As("user", "pencil");
  for (const Row& row : rows) {
    INFO(row.said.substr(0, 60));
    ScramCache cache;
    const auto scram = Scram(ScramHash::kSha256, options, cache, "abc");
    REQUIRE(scram->Begin({}));
    const auto answer = scram->Continue(row.said);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() == start + row.message);
    CHECK(answer.error().reason() == Reason::kBadAnswer);
    CHECK(cache.iterations == 0);
  }
}

TEST_CASE("the broker must prove that it knows the password", "[sasl]") {
  const Vector& vector = Vectors().front();
  const SecurityOptions options = As("user", "pencil");

  struct Row {
    std::string said{};
    Reason reason{};
    std::string message{};
  };

  const std::vector<Row> rows{
      {"v=" + ToBase64(std::string(32, 'x')), Reason::kUnauthorized,
       "does not prove that it knows the password: it is not the broker that it should be"},
      {"v=" + ToBase64("short"), Reason::kUnauthorized,
       "does not prove that it knows the password: it is not the broker that it should be"},
      {"e=invalid-proof", Reason::kUnauthorized,
       "refuses the login (invalid-proof); is the password right, and does the user \"user\" exist "
       "for SCRAM-SHA-256?"},
      {"e=no pencil for user", Reason::kUnauthorized,
       "refuses the login (no words); is the password right, and does the user \"user\" exist for "
       "SCRAM-SHA-256?"},
      {"", Reason::kBadAnswer, "breaks the rules of SCRAM: its last message is no signature"},
      {"v=%%%%", Reason::kBadAnswer, "breaks the rules of SCRAM: its last message is no signature"},
      {vector.server_final + ",x=1", Reason::kBadAnswer,
       "breaks the rules of SCRAM: its last message is no signature"},
  };
  for (const Row& row : rows) {
    INFO(row.said);
    ScramCache cache;
    const auto scram = Scram(vector.hash, options, cache, vector.nonce);
    REQUIRE(scram->Begin({}));
    REQUIRE(scram->Continue(vector.server_first));
    const auto over = scram->Continue(row.said);
    REQUIRE_FALSE(over);
    CHECK(over.error().message() == row.message);
    CHECK(over.error().reason() == row.reason);
  }
}

}  // namespace
}  // namespace klaxon::kafka::wire
