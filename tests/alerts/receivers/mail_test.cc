#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "alerts/receivers/email.h"
#include "tests/alerts/notify/scene.h"
#include "tests/alerts/receivers/mail_server.h"

namespace klaxon::receivers {
namespace {

using notify::Delivery;
using notify::Outcome;

/// Somebody who writes to a@x.org and b@x.org.
struct Writer {
  explicit Writer(const MailServer& server, bool require_tls = false)
      : email(MakeEmail({.to = {"a@x.org", "b@x.org"},
                         .from = "k@x.org",
                         .smarthost = server.address(),
                         .require_tls = require_tls},
                        {.http = *http})) {}

  Delivery Send() {
    const Instant now = SystemClock().Now();
    const notify::Message message{
        .receiver = "ops",
        .group_key = "{}:{}",
        .group_labels = notify::LabelsFrom({{"alertname", "Stuck"}}),
        .alerts = {notify::Firing({{"alertname", "Stuck"}, {"group", "gr\xc3\xbcn"}}, 0)},
        .at = now.wall};
    return email->Send(
        message, {.deadline = now.mono + std::chrono::seconds{20}, .stop = {}, .now = now.wall});
  }

  std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  std::unique_ptr<notify::Receiver> email;
};

Delivery SendMail(const MailServer& server, bool require_tls = false) {
  return Writer(server, require_tls).Send();
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST_CASE("A mail has both parts, and every recipient") {
  MailServer server("250 taken");
  const Delivery delivery = SendMail(server);
  INFO(delivery.words);
  CHECK(delivery.outcome == Outcome::kAccepted);
  const std::string said = server.Said();
  CHECK(said.find("MAIL FROM:<k@x.org>") != std::string::npos);
  CHECK(said.find("RCPT TO:<a@x.org>") != std::string::npos);
  CHECK(said.find("RCPT TO:<b@x.org>") != std::string::npos);
  CHECK(said.find("Subject: =?UTF-8?B?") != std::string::npos);
  CHECK(said.find("multipart/alternative") != std::string::npos);
  CHECK(said.find("text/plain; charset=utf-8") != std::string::npos);
  CHECK(said.find("text/html; charset=utf-8") != std::string::npos);
  CHECK(said.find("group =3D gr=C3=BCn\r\n") != std::string::npos);
}

TEST_CASE("A mail server that is busy is asked again, one that refuses is not") {
  struct Case {
    std::string reply{};
    Outcome outcome = Outcome::kRetry;
    bool of_receiver = false;
  };

  for (const Case& each :
       {Case{"451 later", Outcome::kRetry, false}, Case{"421 going down", Outcome::kRetry, true},
        Case{"554 never", Outcome::kGivenUp, false}}) {
    CAPTURE(each.reply);
    MailServer server(each.reply);
    const Delivery delivery = SendMail(server);
    CHECK(delivery.outcome == each.outcome);
    CHECK(delivery.of_receiver == each.of_receiver);
    CHECK(delivery.words.find(each.reply.substr(0, 3)) != std::string::npos);
  }
}

TEST_CASE("A mailbox that is gone keeps nobody else from the mail") {
  MailServer server("250 taken", {{"RCPT TO:<b@x.org>", "550 no such user"}});
  const Delivery delivery = SendMail(server);
  INFO(delivery.words);
  CHECK(delivery.outcome == Outcome::kAccepted);
  CHECK(delivery.words.find("refused b@x.org: 550 no such user") != std::string::npos);
  CHECK(server.Said().find("Subject:") != std::string::npos);
  server.Refuse({{"RCPT TO:<a@x.org>", "550 no"}, {"RCPT TO:<b@x.org>", "550 no"}});
  CHECK(SendMail(server).outcome == Outcome::kGivenUp);
  server.Refuse({{"RCPT TO:<a@x.org>", "450 later"}, {"RCPT TO:<b@x.org>", "550 no"}});
  CHECK(SendMail(server).outcome == Outcome::kRetry);
}

TEST_CASE("A mailbox that is busy gets the mail later, and nobody gets it twice") {
  MailServer server("250 taken", {{"RCPT TO:<b@x.org>", "450 later"}});
  Writer writer(server);
  CHECK(writer.Send().outcome == Outcome::kRetry);
  server.Refuse({});
  CHECK(writer.Send().outcome == Outcome::kAccepted);
  CHECK(Count(server.Said(), "RCPT TO:<a@x.org>") == 1);
  CHECK(Count(server.Said(), "RCPT TO:<b@x.org>") == 2);
  CHECK(Count(server.Said(), "Subject:") == 2);
}

TEST_CASE("Without TLS nothing is sent where it is required") {
  MailServer server("250 taken");
  CHECK(SendMail(server, true).outcome == Outcome::kRetry);
  CHECK(server.Said().find("MAIL FROM") == std::string::npos);
}

}  // namespace
}  // namespace klaxon::receivers
