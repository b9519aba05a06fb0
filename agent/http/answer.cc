#include "agent/http/answer.h"

#include <algorithm>
#include <array>

#include "agent/http/field.h"
#include "agent/http/gzip.h"
#include "agent/http/security_headers.h"

namespace klaxon::http {
namespace {

constexpr size_t kWorthCompressing = 1024;

/// Headers that frame the answer: two authors of them would contradict each other.
bool IsOurs(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kOurs{"Content-Length",
                                                         "Content-Type",
                                                         "Content-Encoding",
                                                         "Transfer-Encoding",
                                                         "Connection",
                                                         "Keep-Alive",
                                                         "Date",
                                                         "Vary",
                                                         "Accept-Ranges"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](std::string_view ours) { return EqualWithoutCase(ours, name); });
}

bool IsText(std::string_view content_type) {
  static constexpr std::array<std::string_view, 5> kTexts{
      "text/", "application/json", "application/javascript", "application/openmetrics-text",
      "image/svg+xml"};
  return std::any_of(kTexts.begin(), kTexts.end(),
                     [&](std::string_view text) { return content_type.starts_with(text); });
}

void AddEncoding(Answer& answer) {
  answer.headers.emplace_back("Content-Encoding", "gzip");
}

/// Into or out of gzip, as the client needs it.
void Encode(const std::string& content_encoding, bool accepts_gzip, Answer& answer) {
  const bool is_gzip = content_encoding == "gzip";
  const bool worth_it = content_encoding.empty() && answer.body->size() > kWorthCompressing &&
                        IsText(answer.content_type);
  if (!is_gzip && !worth_it) return;
  answer.headers.emplace_back("Vary", "Accept-Encoding");
  if (is_gzip && accepts_gzip) return AddEncoding(answer);
  if (is_gzip) {
    answer.source = InflateGzip(std::exchange(answer.body, nullptr));
    return;
  }
  if (!accepts_gzip) return;
  if (Result<std::string> file = Gzip(*answer.body)) {
    answer.body = std::make_shared<const std::string>(*std::move(file));
    AddEncoding(answer);
  }
}

}  // namespace

Answer MakeAnswer(Response response, bool accepts_gzip, const HeaderList& configured) {
  Answer answer;
  answer.status = response.status >= 200 && response.status < 600 ? response.status : 500;
  answer.content_type = IsFieldValue(response.content_type) ? response.content_type : "text/plain";
  for (auto& [name, value] : response.headers) {
    if (IsToken(name) && IsFieldValue(value) && !IsOurs(name)) {
      answer.headers.emplace_back(std::move(name), std::move(value));
    }
  }
  AddSecurityHeaders(configured, answer.headers);
  if (answer.status == 204 || answer.status == 304) {
    answer.body = std::make_shared<const std::string>();
    return answer;
  }
  if (response.source) {
    answer.source = std::move(response.source);
    return answer;
  }
  answer.body = response.shared_body
                    ? std::move(response.shared_body)
                    : std::make_shared<const std::string>(std::move(response.body));
  Encode(response.content_encoding, accepts_gzip, answer);
  return answer;
}

}  // namespace klaxon::http
