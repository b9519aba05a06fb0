#include "agent/app/ask_agent.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::app {
namespace {

constexpr size_t kLongestAnswer = 4000;

/// From the file that is named, else from the environment: a command line can be seen by others.
Result<std::string> PasswordOf(const AgentAccess& access) {
  if (access.password_file.empty()) {
    const char* const given = std::getenv("KLAXON_PASSWORD");
    return std::string(given == nullptr ? "" : given);
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(access.password_file.c_str(), "re"), std::fclose);
  std::string text(kLongestAnswer, '\0');
  if (file == nullptr) {
    return Error(Reason::kInvalid, access.password_file + " cannot be read");
  }
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  return std::string(Trim(text));
}

}  // namespace

Result<http::HttpResponse> AskAgent(const AgentAccess& access, const std::string& method,
                                    const std::string& path, const std::string& body) {
  constexpr Duration kPatience = std::chrono::seconds{40};
  const Result<std::string> password = PasswordOf(access);
  if (!password) {
    return password.error();
  }
  std::string url = access.url;
  while (url.ends_with('/')) {
    url.pop_back();
  }
  http::HttpRequest request{.method = method,
                            .url = url + path,
                            .body = body,
                            .access = {.username = access.user, .password = Secret(*password)}};
  if (!body.empty()) {
    request.headers.emplace_back("Content-Type", "application/json");
  }
  if (!access.ca_file.empty()) {
    request.access.tls = std::make_shared<tls::ClientContext>(
        tls::ClientOptions{.trust = {.location = access.ca_file}}, "klaxon");
  }
  return http::MakeHttpClient()->Send(request, std::chrono::steady_clock::now() + kPatience, {});
}

std::string WordsOf(const http::HttpResponse& answer) {
  return Printable(Trim(answer.body), kLongestAnswer);
}

void PrintRefusal(const http::HttpResponse& answer) {
  fmt::print(stderr, "klaxon: not done ({}): {}\n", answer.status, WordsOf(answer));
  if (answer.status == 401) {
    fmt::print(stderr,
               "klaxon: log in with --user NAME and --password-file FILE, or "
               "KLAXON_PASSWORD in the environment\n");
  }
}

}  // namespace klaxon::app
