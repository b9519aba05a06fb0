#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/base/secret.h"
#include "alerts/notify/receiver.h"
#include "alerts/receivers/words.h"

namespace klaxon::receivers {

/// E-mail by SMTP (RFC 5321) through libcurl.
struct EmailOptions {
  std::vector<std::string> to{};  ///< addresses, bare
  std::string from{};
  std::string smarthost{};  ///< "mail.example.com:587"
  std::string hello{};      ///< what we call ourselves; empty: libcurl's choice
  std::string username{};   ///< empty: no login
  Secret password{};
  bool implicit_tls = false;  ///< TLS from the first byte, as on port 465
  bool require_tls = true;    ///< STARTTLS, or nothing is sent; false: in the clear
  std::string ca_file{};      ///< empty: the system's authorities
  bool verify = true;
  Wording subject{kDefaultTitle};
  Wording text{kDefaultText};
};

/// The header lines of a mail. Its Message-ID is the same whenever the same is told again, and all
/// mails of a group are one thread.
std::vector<std::string> MailHeaders(const EmailOptions& options, const notify::Message& message,
                                     const std::string& subject);

/// What tells one mail from another, as its Message-ID has it.
std::string MailIdentity(const notify::Message& message);

/// A text as a header may hold it: one line, and encoded words where it is not ASCII (RFC 2047).
std::string HeaderText(std::string_view text);

/// The HTML part.
std::string MailHtml(const notify::Message& message, const std::string& external_url);

std::unique_ptr<notify::Receiver> MakeEmail(const EmailOptions& options,
                                            const notify::ReceiverDeps& deps);

}  // namespace klaxon::receivers
