#include "alerts/receivers/email.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
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

/// A line that the mail server says. Kept are refusals, each a recipient's if the mail goes out.
size_t TakeLine(char* bytes, size_t size, size_t count, void* refusals) {
  constexpr size_t kMost = 2000;
  const std::string_view line(bytes, size * count);
  auto& kept = *static_cast<std::string*>(refusals);
  if (!line.empty() && (line.front() == '4' || line.front() == '5') && kept.size() < kMost) {
    kept += fmt::format("{}{}", kept.empty() ? "" : "; ", Trim(line.substr(0, kMost)));
  }
  return size * count;
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
    const CurlList recipients = ListOf(Bracketed(options_.to));
    const CurlMime body = Alternatives(curl.get(), text, html);
    std::array<char, CURL_ERROR_SIZE> words{};
    SetServer(curl.get());
    SetPatience(curl.get(), patience, words.data());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, ("<" + options_.from + ">").c_str());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);  // the others get it
    std::string refusals;
    curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, &TakeLine);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &refusals);
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_MIMEPOST, body.get());
    return Perform(curl.get(), words.data(), refusals);
  }

 private:
  static std::vector<std::string> Bracketed(const std::vector<std::string>& addresses) {
    std::vector<std::string> bracketed;
    for (const std::string& address : addresses) {
      bracketed.push_back("<" + address + ">");
    }
    return bracketed;
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

  Delivery Perform(CURL* curl, const char* words, const std::string& refusals) const {
    const CURLcode done = curl_easy_perform(curl);
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    if (done == CURLE_OK) {
      return Delivery::Accepted(
          refusals.empty() ? fmt::format("the mail server answered {}", code)
                           : Clean("the mail server took it, but not for all: " + refusals));
    }
    constexpr long kTemporary = 400;  // RFC 5321 section 4.2.1
    constexpr long kPermanent = 500;
    constexpr long kAfter = 600;
    const std::string said = fmt::format(
        "{}: {}{}", options_.smarthost, *words != '\0' ? words : curl_easy_strerror(done),
        code > 0 ? fmt::format(" (the mail server answered {})", code) : "");
    return {.outcome = code >= kPermanent && code < kAfter ? Outcome::kGivenUp : Outcome::kRetry,
            .words = Clean(said),
            .of_receiver = code < kTemporary};
  }

  std::string Clean(const std::string& words) const {
    return Printable(WithoutSecret(MaskSecrets(words), options_.password.Reveal()));
  }

  const EmailOptions options_;
  const std::string external_url_;
};

}  // namespace

std::unique_ptr<notify::Receiver> MakeEmail(const EmailOptions& options,
                                            const notify::ReceiverDeps& deps) {
  return std::make_unique<Email>(options, deps);
}

}  // namespace klaxon::receivers
