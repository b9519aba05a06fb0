#include "alerts/receivers/email.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/base/mask.h"
#include "agent/base/text.h"
#include "alerts/receivers/http_answer.h"

namespace klaxon::receivers {
namespace {

using notify::Delivery;
using notify::Outcome;

struct CurlCloser {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }

  void operator()(curl_slist* list) const { curl_slist_free_all(list); }

  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};

using CurlHandle = std::unique_ptr<CURL, CurlCloser>;
using CurlList = std::unique_ptr<curl_slist, CurlCloser>;
using CurlMime = std::unique_ptr<curl_mime, CurlCloser>;

void BeginCurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

CurlList ListOf(const std::vector<std::string>& lines) {
  CurlList list;
  for (const std::string& line : lines) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

/// libcurl asks about once a second, and more often while bytes flow.
int StopAsked(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

size_t IgnoreBytes(char*, size_t size, size_t count, void*) {
  return size * count;
}

/// What a mail server said of one recipient.
struct Recipient {
  std::string address{};
  long code = 0;  ///< 0: it was not asked
  std::string words{};

  bool taken() const { return code >= 200 && code < 300; }

  bool hopeless() const { return code >= 500 && code < 600; }  // RFC 5321 section 4.2.1
};

/// Follows what is said to find out whom the server takes; libcurl tells it of no single one.
struct Dialogue {
  std::vector<Recipient> recipients{};
  size_t asked = 0;
  bool waits = false;  // for the answer to the last of those

  void Said(std::string_view line) {
    if (line.starts_with("RCPT TO:")) {
      waits = asked++ < recipients.size();
    }
  }

  void Heard(std::string_view line) {
    if (!std::exchange(waits, false)) {
      return;
    }
    Recipient& recipient = recipients.at(asked - 1);
    recipient.code = std::atol(std::string(line.substr(0, 3)).c_str());
    recipient.words = Printable(Trim(line), 200);
  }
};

int Follow(CURL*, curl_infotype kind, char* bytes, size_t size, void* dialogue) {
  auto* const follower = static_cast<Dialogue*>(dialogue);
  if (kind == CURLINFO_HEADER_OUT) {
    follower->Said({bytes, size});
  } else if (kind == CURLINFO_HEADER_IN) {
    follower->Heard({bytes, size});
  }
  return 0;
}

/// Mail ends its lines with both (RFC 5322 section 2.3); a bare line end would be encoded.
std::string WithMailLines(std::string_view text) {
  std::string lines;
  for (const char letter : text) {
    lines += letter == '\n' ? "\r\n" : letter == '\r' ? "" : std::string(1, letter);
  }
  return lines;
}

CurlMime BodyOf(CURL* curl, const std::string& text, const std::string& html) {
  CurlMime mime(curl_mime_init(curl));
  const std::array<std::pair<const std::string*, const char*>, 2> parts{
      {{&text, "text/plain; charset=utf-8"}, {&html, "text/html; charset=utf-8"}}};
  for (const auto& [content, type] : parts) {
    curl_mimepart* const part = curl_mime_addpart(mime.get());
    curl_mime_data(part, content->data(), content->size());
    curl_mime_type(part, type);
    curl_mime_encoder(part, "quoted-printable");
  }
  return mime;
}

/// The two parts, of which a reader shows the last that it can show.
CurlMime Alternatives(CURL* curl, const std::string& text, const std::string& html) {
  CurlMime mime(curl_mime_init(curl));
  curl_mimepart* const part = curl_mime_addpart(mime.get());
  curl_mime_subparts(part, BodyOf(curl, text, html).release());
  curl_mime_type(part, "multipart/alternative");
  return mime;
}

class Email final : public notify::Receiver {
 public:
  Email(const EmailOptions& options, const notify::ReceiverDeps& deps)
      : options_(options), external_url_(deps.external_url) {
    BeginCurl();
  }

  Delivery Send(const notify::Message& message, const notify::Patience& patience) override {
    const CurlHandle curl(curl_easy_init());
    if (curl == nullptr) {
      return {.outcome = Outcome::kRetry, .words = "no memory"};
    }
    const std::string subject = options_.subject.Of(message, external_url_);
    const std::string text = WithMailLines(ToUtf8(options_.text.Of(message, external_url_)));
    const std::string html = WithMailLines(ToUtf8(MailHtml(message, external_url_)));
    const CurlList headers = ListOf(MailHeaders(options_, message, subject));
    Dialogue dialogue{.recipients = Missing(MailIdentity(message))};
    const CurlList recipients = ListOf(Bracketed(dialogue.recipients));
    const CurlMime body = Alternatives(curl.get(), text, html);
    std::array<char, CURL_ERROR_SIZE> words{};
    SetServer(curl.get());
    SetPatience(curl.get(), patience, words.data());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, ("<" + options_.from + ">").c_str());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);  // the others get it
    curl_easy_setopt(curl.get(), CURLOPT_VERBOSE, 1L);                // else nothing is followed
    curl_easy_setopt(curl.get(), CURLOPT_DEBUGFUNCTION, &Follow);
    curl_easy_setopt(curl.get(), CURLOPT_DEBUGDATA, &dialogue);
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_MIMEPOST, body.get());
    return Perform(curl.get(), words.data(), MailIdentity(message), dialogue);
  }

 private:
  static std::vector<std::string> Bracketed(const std::vector<Recipient>& recipients) {
    std::vector<std::string> bracketed;
    for (const Recipient& recipient : recipients) {
      bracketed.push_back("<" + recipient.address + ">");
    }
    return bracketed;
  }

  /// Those who have not got this mail yet.
  std::vector<Recipient> Missing(const std::string& mail) const {
    const auto got = got_.find(mail);
    std::vector<Recipient> missing;
    for (const std::string& address : options_.to) {
      if (got == got_.end() || !got->second.contains(address)) {
        missing.push_back({.address = address});
      }
    }
    return missing;
  }

  void SetServer(CURL* curl) const {
    const char* const scheme = options_.implicit_tls ? "smtps" : "smtp";
    const std::string hello = options_.hello.empty() ? "" : "/" + options_.hello;
    curl_easy_setopt(curl, CURLOPT_URL,
                     fmt::format("{}://{}{}", scheme, options_.smarthost, hello).c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    const bool tls = options_.implicit_tls || options_.require_tls;
    curl_easy_setopt(curl, CURLOPT_USE_SSL, tls ? CURLUSESSL_ALL : CURLUSESSL_NONE);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (!options_.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
    }
    if (!options_.verify) {
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!options_.username.empty()) {
      curl_easy_setopt(curl, CURLOPT_USERNAME, options_.username.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.Reveal().c_str());
    }
  }

  static void SetPatience(CURL* curl, const notify::Patience& patience, char* words) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        patience.deadline - std::chrono::steady_clock::now());
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max<long>(1, left.count()));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &StopAsked);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &patience.stop);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &IgnoreBytes);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
  }

  Delivery Perform(CURL* curl, const char* words, const std::string& mail,
                   const Dialogue& dialogue) {
    const CURLcode done = curl_easy_perform(curl);
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    constexpr long kClosing = 421;  // the service, whatever the mail (RFC 5321 section 3.8)
    Delivery delivery;
    if (done == CURLE_OK) {
      delivery = Delivery::Accepted(fmt::format("the mail server answered {}", code));
    } else {
      const bool hopeless = Recipient{.code = code}.hopeless();
      delivery = {
          .outcome = hopeless ? Outcome::kGivenUp : Outcome::kRetry,
          .words = fmt::format("{}: {}{}", options_.smarthost,
                               *words != '\0' ? words : curl_easy_strerror(done),
                               code > 0 ? fmt::format(" (the mail server answered {})", code) : ""),
          .of_receiver = code == kClosing};
    }
    Settle(mail, dialogue, delivery);
    delivery.words =
        Printable(WithoutSecret(MaskSecrets(delivery.words), options_.password.Reveal()));
    return delivery;
  }

  /// A mailbox that is gone keeps nobody else from the mail, and one that is busy gets it later:
  /// then it goes to those alone who have not got it.
  void Settle(const std::string& mail, const Dialogue& dialogue, Delivery& delivery) {
    constexpr size_t kMostMails = 1'000;
    bool later = false;
    std::string refused;
    for (const Recipient& recipient : dialogue.recipients) {
      if (recipient.taken() && delivery.outcome == Outcome::kAccepted) {
        got_[mail].insert(recipient.address);
      } else if (!recipient.taken() && recipient.code != 0) {
        later = later || !recipient.hopeless();
        refused += fmt::format("; it refused {}: {}", recipient.address, recipient.words);
      }
    }
    const bool somebody = got_.contains(mail);
    if (!refused.empty() && (somebody || delivery.outcome != Outcome::kRetry)) {
      delivery.outcome = later      ? Outcome::kRetry
                         : somebody ? Outcome::kAccepted
                                    : Outcome::kGivenUp;
    }
    delivery.words += refused;
    if (delivery.outcome != Outcome::kRetry) {
      got_.erase(mail);
    } else if (got_.size() > kMostMails) {
      got_.clear();  // of mails that were never done; somebody may get one twice
    }
  }

  std::map<std::string, std::set<std::string>> got_{};  // addresses, by mail that is not done
  const EmailOptions options_;
  const std::string external_url_;
};

}  // namespace

std::unique_ptr<notify::Receiver> MakeEmail(const EmailOptions& options,
                                            const notify::ReceiverDeps& deps) {
  return std::make_unique<Email>(options, deps);
}

}  // namespace klaxon::receivers
