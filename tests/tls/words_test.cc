// Every way a TLS connection fails, each provoked with a real server or client, and the words for
// it.
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/duration.h"
#include "tests/support/certificates.h"
#include "tests/tls/linked_sessions.h"

namespace klaxon::testing {
namespace {

/// The certificates of all rows.
struct Cast {
  CertificateAuthority authority{};
  CertificateAuthority elsewhere{"Another CA"};
  IssuedCertificate broker = authority.Issue({.name = "broker"});
  tls::ServerOptions server = Serve(broker);
  tls::ClientOptions client{.trust = {.pem = Secret(authority.certificate())}};

  static tls::ServerOptions Serve(const IssuedCertificate& issued) {
    return {.certificate = {.pem = Secret(issued.certificate + issued.key)}};
  }

  tls::ServerOptions Mutual(tls::Version newest) const {
    tls::ServerOptions options = server;
    options.client_trust = {.pem = Secret(authority.certificate())};
    options.client_auth = tls::ClientAuth::kRequireAndVerify;
    options.max_version = newest;
    return options;
  }

  tls::ClientOptions Showing(const IssuedCertificate& issued) const {
    tls::ClientOptions options = client;
    options.certificate = {.pem = Secret(issued.certificate + issued.key)};
    return options;
  }
};

struct Row {
  std::string sentence{};
  tls::ServerOptions server{};
  tls::ClientOptions client{};
  std::string host{};
  Reason reason{};
  std::string words{};  ///< of the client's error
};

std::vector<Row> ServersThatAreNotTrusted(const Cast& cast) {
  const std::string now = FormatWallTime(std::chrono::system_clock::now()).substr(0, 10);
  const CertificateAuthority between = cast.authority.IssueAuthority("Old Issuing CA", -1);
  IssuedCertificate below = between.Issue({});
  below.certificate += between.certificate();
  return {
      {"the authority is not known",
       cast.server,
       {.trust = {.pem = Secret(cast.elsewhere.certificate())}},
       "localhost",
       Reason::kUnauthorized,
       "presents a certificate that is not trusted: \"CN=broker\" was signed by \"CN=Test CA\", "
       "which is not among the trusted authorities; add that authority's certificate to them"},
      {"the certificate signed itself", Cast::Serve(SelfSigned({.name = "me"})), cast.client,
       "localhost", Reason::kUnauthorized,
       "presents a certificate that is not trusted: \"CN=me\" signed itself; add it to the trusted "
       "certificates if it is the right one"},
      {"the certificate is for other names", cast.server, cast.client, "kafka-1.example",
       Reason::kUnauthorized,
       "presents a certificate for localhost, 127.0.0.1, ::1, not for kafka-1.example; connect by "
       "a "
       "name that it has, or have one issued that has this name too"},
      {"the certificate is for other addresses", cast.server, cast.client, "10.0.0.1",
       Reason::kUnauthorized,
       "presents a certificate for localhost, 127.0.0.1, ::1, not for 10.0.0.1; connect by a name "
       "that it has, or have one issued that has this name too"},
      {"the certificate has only a common name",
       Cast::Serve(cast.authority.Issue({.name = "old-broker", .hosts = {}})), cast.client,
       "localhost", Reason::kUnauthorized,
       "presents a certificate for old-broker, not for localhost; connect by a name that it has, "
       "or "
       "have one issued that has this name too"},
      {"the certificate has expired",
       Cast::Serve(cast.authority.Issue({.from_hours = -48, .till_hours = 0})), cast.client,
       "localhost", Reason::kUnauthorized,
       "presents a certificate that expired at " + now.substr(0, 4)},
      {"the authority between has expired", Cast::Serve(below), cast.client, "localhost",
       Reason::kUnauthorized,
       "presents a certificate whose authority \"CN=Old Issuing CA\" expired at " +
           now.substr(0, 4)},
      {"the certificate is not valid yet",
       Cast::Serve(cast.authority.Issue({.from_hours = 2, .till_hours = 4})), cast.client,
       "localhost", Reason::kUnauthorized,
       "presents a certificate that is valid only from " + now.substr(0, 4)},
  };
}

std::vector<Row> ServersThatRefuseUs(const Cast& cast) {
  const tls::ServerOptions tls13 = cast.Mutual(tls::Version::kTls13);
  const tls::ServerOptions tls12 = cast.Mutual(tls::Version::kTls12);
  tls::ClientOptions only13 = cast.client;
  only13.min_version = tls::Version::kTls13;
  tls::ServerOptions odd = cast.server;
  odd.max_version = tls::Version::kTls12;
  odd.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
  tls::ClientOptions other = cast.client;
  other.cipher_suites = "ECDHE-ECDSA-AES128-GCM-SHA256";
  const auto stranger = cast.Showing(cast.elsewhere.Issue({.name = "klaxon"}));
  return {
      {"a client certificate is wanted, TLS 1.3", tls13, cast.client, "localhost",
       Reason::kUnauthorized,
       "wants a client certificate, and we have none (alert certificate required); set a "
       "certificate and its key"},
      {"a client certificate is wanted, TLS 1.2", tls12, cast.client, "localhost",
       Reason::kUnreachable,
       "agrees on no cipher with us, or wants a client certificate (alert handshake "
       "failure); "
       "look at the cipher suites of both sides"},
      {"our authority is not known there, TLS 1.3", tls13, stranger, "localhost",
       Reason::kUnauthorized,
       "refuses our client certificate (alert unknown ca); it was signed by \"CN=Another "
       "CA\": does the other side trust that, and is it still valid?"},
      {"our authority is not known there, TLS 1.2", tls12, stranger, "localhost",
       Reason::kUnauthorized, "refuses our client certificate (alert unknown ca)"},
      {"our certificate has expired", tls13,
       cast.Showing(cast.authority.Issue({.from_hours = -4, .till_hours = -2})), "localhost",
       Reason::kUnauthorized, "refuses our client certificate (alert certificate expired)"},
      {"no version in common", odd, only13, "localhost", Reason::kUnreachable,
       "has no version of TLS in common with us (alert protocol version)"},
      {"no cipher in common", odd, other, "localhost", Reason::kUnreachable,
       "agrees on no cipher with us, or wants a client certificate (alert handshake "
       "failure)"},
  };
}

TEST_CASE("why a TLS connection fails is told in a sentence with what to try", "[tls]") {
  const Cast cast;
  std::vector<Row> rows = ServersThatAreNotTrusted(cast);
  for (Row& row : ServersThatRefuseUs(cast))
    rows.push_back(std::move(row));
  for (const Row& row : rows) {
    INFO(row.sentence);
    tls::ServerContext server(row.server, "test");
    tls::ClientContext client(row.client, "test");
    LinkedSessions linked(client, server, row.host);
    linked.Run();
    REQUIRE(linked.client_error);
    INFO(linked.client_error->message());
    CHECK(linked.client_error->message().starts_with(row.words));
    CHECK(linked.client_error->reason() == row.reason);
    CHECK(linked.server_error);
  }
}

TEST_CASE("what the server may not look at it does not look at", "[tls]") {
  const Cast cast;
  tls::ServerContext server(cast.server, "test");
  tls::ClientOptions options = cast.client;
  options.verify_host_name = false;
  tls::ClientContext client(options, "test");
  LinkedSessions linked(client, server, "kafka-1.example");
  linked.Run();
  CHECK(linked.worked());
}

/// What a client says when the other side does `act` with its socket after our greeting came.
Error AgainstRaw(const std::function<void(int socket)>& act) {
  tls::ClientContext context({.verify = false}, "test");
  const auto sockets = SocketPair();
  auto client = context.Connect(sockets[0], "localhost");
  Error error(Reason::kInternal, "nothing failed");
  bool acted = false;
  for (int turn = 0; turn < 100; ++turn) {
    const auto over = (*client)->Handshake();
    if (!over) {
      error = over.error();
      break;
    }
    std::array<char, 4096> greeting{};
    if (!acted && recv(sockets[1], greeting.data(), greeting.size(), 0) > 0) {
      acted = true;
      act(sockets[1]);
    }
  }
  client->reset();
  close(sockets[0]);
  close(sockets[1]);
  return error;
}

TEST_CASE("what does not speak TLS is told so", "[tls]") {
  const auto say = [](std::string_view text) {
    return [text](int socket) { (void)send(socket, text.data(), text.size(), MSG_NOSIGNAL); };
  };

  struct Answer {
    std::string sentence{};
    std::function<void(int)> act{};
    Reason reason{};
    std::string words{};
  };

  const std::vector<Answer> rows{
      {"a web server", say("HTTP/1.1 400 Bad Request\r\n\r\n"), Reason::kBadAnswer,
       "does not answer with TLS (it begins with \"HTTP/\"); is this a plain-text port?"},
      {"an SSH server", say("SSH-2.0-OpenSSH_9.2\r\n"), Reason::kBadAnswer,
       "does not answer with TLS (it begins with \"SSH-2\"); is this a plain-text port?"},
      {"a Kafka frame", say(std::string_view("\0\0\0\x20\0\0\0\1\0\0\0\0", 12)), Reason::kBadAnswer,
       "does not answer with TLS; is this a plain-text port?"},
      {"closed at the greeting", [](int socket) { shutdown(socket, SHUT_RDWR); },
       Reason::kUnreachable,
       "closed the connection at our TLS greeting; is this a plain-text port, or does something "
       "between cut TLS?"},
      {"cut in the middle",
       [](int socket) {
         (void)send(socket, "\x16\x03\x03\x00\x50\x02", 6, MSG_NOSIGNAL);
         shutdown(socket, SHUT_RDWR);
       },
       Reason::kUnreachable, "closed the connection in the middle of the TLS handshake"},
      {"TLS that makes no sense", say(std::string_view("\x16\x03\x03\0\x04\x63\0\0\0", 9)),
       Reason::kBadAnswer, "fails in TLS: "},
  };
  for (const Answer& row : rows) {
    INFO(row.sentence);
    const Error error = AgainstRaw(row.act);
    INFO(error.message());
    CHECK(error.message().starts_with(row.words));
    CHECK(error.reason() == row.reason);
  }
}

TEST_CASE("a server names a client that does not speak TLS, and one that does not trust it",
          "[tls]") {
  const Cast cast;
  tls::ServerContext server(cast.server, "test");
  const auto sockets = SocketPair();
  auto session = server.Accept(sockets[1]);
  REQUIRE(session);
  (void)send(sockets[0], "GET /metrics HTTP/1.1\r\n", 23, MSG_NOSIGNAL);
  const auto plain = (*session)->Handshake();
  REQUIRE_FALSE(plain);
  CHECK(plain.error().message() == "does not speak TLS (it begins with \"GET /\")");
  session->reset();
  close(sockets[0]);
  close(sockets[1]);

  tls::ClientContext client({.trust = {.pem = Secret(cast.elsewhere.certificate())}}, "test");
  LinkedSessions linked(client, server);
  linked.Run();
  REQUIRE(linked.server_error);
  CHECK(linked.server_error->message() ==
        "does not accept our certificate (alert unknown ca); does it trust the authority "
        "that signed it?");
}

}  // namespace
}  // namespace klaxon::testing
