#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/gzip.h"
#include "agent/http/server.h"

namespace klaxon::http {

inline const std::string& BigText() {
  static const std::string text = [] {
    std::string lines;
    for (int i = 0; lines.size() < 200'000; ++i)
      lines += "line " + std::to_string(i) + "\n";
    return lines;
  }();
  return text;
}

/// Waits until the condition holds; false if it does not within 10 s.
template <class Condition>
bool Eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

/// Handlers that fail, or would do harm.
inline std::vector<Route> BadRoutes() {
  return {
      {"GET", "/stream-throws",
       [](const Request&) {
         Response response;
         response.source = [](std::string& out) -> bool {
           out = "begun";
           throw std::runtime_error("secret inside");
         };
         return response;
       }},
      {"GET", "/throws",
       [](const Request&) -> Response { throw std::runtime_error("secret inside"); }},
      {"GET", "/throws-int", [](const Request&) -> Response { throw 7; }},
      {"GET", "/injects",
       [](const Request&) {
         Response response = TextResponse(200, "x");
         response.headers = {{"X-Good", "yes"},
                             {"X-Bad", "a\r\nX-Injected: 1"},
                             {"X-Bad\r\nX-Injected", "1"},
                             {"Content-Length", "99"}};
         response.content_type = "text/plain\r\nX-Injected: 1";
         return response;
       }},
  };
}

/// Pages for every test of the server.
inline std::vector<Route> TestRoutes() {
  static const auto page = std::make_shared<const std::string>(BigText());
  static const auto prepared = std::make_shared<const std::string>(*Gzip(*page));
  std::vector<Route> routes{
      {"GET", "/", [](const Request&) { return TextResponse(200, "home\n"); }},
      {"GET", "/echo",
       [](const Request& request) {
         std::string text = request.method + " " + request.path;
         for (const auto& [name, value] : request.query)
           text.append(" ").append(name).append("=").append(value);
         return TextResponse(200, text + " [" + std::string(request.Header("x-test")) + "]");
       }},
      {"GET", "/files/*", [](const Request& request) { return TextResponse(200, request.path); }},
      {"POST", "/echo", [](const Request& request) { return TextResponse(201, request.body); },
       Access::kOpen},
      {"POST", "/size",
       [](const Request& request) {
         return TextResponse(200, std::to_string(request.body.size()));
       },
       Access::kOpen},
      {"GET", "/dynamic", [](const Request&) { return TextResponse(200, *page); }},
      {"GET", "/prepared",
       [](const Request&) {
         Response response;
         response.shared_body = prepared;
         response.content_encoding = "gzip";
         return response;
       }},
      {"GET", "/stream",
       [](const Request&) {
         Response response;
         response.source = [left = 5](std::string& out) mutable {
           out += left > 0 ? "piece " : "";
           return left-- > 0;
         };
         return response;
       }},
      {"GET", "/tagged",
       [](const Request& request) { return WithETag(request, HtmlResponse(200, "<p>page</p>")); }},
  };
  std::vector<Route> bad = BadRoutes();
  for (Route& route : bad)
    routes.push_back(std::move(route));
  return routes;
}

class TestServer {
 public:
  explicit TestServer(ServerOptions options = {}, std::vector<Route> routes = TestRoutes()) {
    options.listen = {.host = "127.0.0.1", .port = 0};
    Result<std::unique_ptr<Server>> server = Server::Listen(options, std::move(routes));
    REQUIRE(server);
    server_ = *std::move(server);
  }

  Server& operator*() { return *server_; }

  Server* operator->() { return server_.get(); }

  uint16_t port() const { return server_->port(); }

  uint64_t Rejected(Rejection cause) const {
    return server_->Stats().rejected.at(static_cast<size_t>(cause));
  }

 private:
  std::unique_ptr<Server> server_{};
};

}  // namespace klaxon::http
