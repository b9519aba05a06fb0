#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/base/text.h"
#include "agent/http/client.h"
#include "exporters/api/orders.h"

namespace klaxon::app {
namespace {

constexpr size_t kLongestAnswer = 4000;

/// From the file that is named, else from the environment: a command line can be seen by others.
Result<std::string> PasswordOf(const OrderOptions& options) {
  if (options.password_file.empty()) {
    const char* const given = std::getenv("KLAXON_PASSWORD");
    return std::string(given == nullptr ? "" : given);
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(options.password_file.c_str(), "re"), std::fclose);
  std::string text(kLongestAnswer, '\0');
  if (file == nullptr) {
    return Error(Reason::kInvalid, options.password_file + " cannot be read");
  }
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  return std::string(Trim(text));
}

Result<http::HttpRequest> RequestFor(const OrderOptions& options) {
  const Result<std::string> password = PasswordOf(options);
  if (!password) {
    return password.error();
  }
  std::string url = options.url;
  while (url.ends_with('/')) {
    url.pop_back();
  }
  http::HttpRequest request{
      .method = "POST",
      .url = fmt::format("{}/api/klaxon/v1/recovery/{}", url, Name(options.order.verb)),
      .headers = {{"Content-Type", "application/json"}},
      .body = api::OrderBody(options.order),
      .access = {.username = options.user, .password = Secret(*password)}};
  if (!options.ca_file.empty()) {
    request.access.tls = std::make_shared<tls::ClientContext>(
        tls::ClientOptions{.trust = {.location = options.ca_file}}, "recovery");
  }
  return request;
}

}  // namespace

ExitCode Order(const OrderOptions& options) {
  constexpr Duration kPatience = std::chrono::seconds{40};
  const Result<http::HttpRequest> request = RequestFor(options);
  if (!request) {
    fmt::print(stderr, "klaxon: {}\n", request.error().message());
    return kUsage;
  }
  const auto client = http::MakeHttpClient();
  const Result<http::HttpResponse> answer =
      client->Send(*request, std::chrono::steady_clock::now() + kPatience, {});
  if (!answer) {
    fmt::print(stderr, "klaxon: {}\n", answer.error().message());
    return kFailed;
  }
  const std::string words = Printable(Trim(answer->body), kLongestAnswer);
  if (answer->ok()) {
    fmt::print("{}\n", words);
    return kOk;
  }
  fmt::print(stderr, "klaxon: not done ({}): {}\n", answer->status, words);
  if (answer->status == 401) {
    fmt::print(stderr,
               "klaxon: log in with --user NAME and --password-file FILE, or "
               "KLAXON_PASSWORD in the environment\n");
  }
  return kFailed;
}

}  // namespace klaxon::app
