#include "agent/app/web_keeper.h"

#include <sys/stat.h>

#include <utility>

#include <fmt/format.h>

#include "agent/base/log.h"

namespace klaxon::app {

/// All zero for a file that is not there.
WebKeeper::Stamp WebKeeper::StampOf(const std::string& file) {
  struct stat now{};
  if (file.empty() || ::stat(file.c_str(), &now) != 0) {
    return {};
  }
  return {now.st_dev,          now.st_ino,         now.st_size,        now.st_mtim.tv_sec,
          now.st_mtim.tv_nsec, now.st_ctim.tv_sec, now.st_ctim.tv_nsec};
}

Result<WebKeeper> WebKeeper::Load(const WebSettings& settings) {
  Result<WebKeeper> keeper = Read(settings);
  if (keeper && !keeper->wrong_roles_.empty()) {
    return Error(Reason::kInvalid, keeper->wrong_roles_);
  }
  return keeper;
}

Result<WebKeeper> WebKeeper::Read(const WebSettings& settings) {
  WebKeeper keeper(settings);
  keeper.stamp_ = StampOf(settings.file);  // before reading: a later change is seen as one
  Result<http::WebConfig> web = ReadWeb(settings);
  if (!web) {
    return web.error();
  }
  keeper.web_ = *std::move(web);
  keeper.wrong_roles_ = WrongRoles(settings, keeper.web_);
  keeper.rules_ = RulesOf(settings, keeper.web_);
  if (const http::WebTls& tls = keeper.web_.tls; tls.enabled) {
    keeper.tls_ = std::make_shared<http::TlsListener>(tls.options, tls.client_names);
  }
  return keeper;
}

void WebKeeper::Remark() const {
  for (const std::string& remark : web_.remarks) {
    log::Warning("web", "{}: {}", settings_.file, remark);
  }
  if (!wrong_roles_.empty()) {
    log::Warning("web", "{}", wrong_roles_);
  }
  if (!web_.users.empty() && !web_.tls.enabled) {
    log::Warning("web", "{}: there are users but no TLS: passwords can be read on the way",
                 settings_.file);
  }
}

Result<WebKeeper> WebKeeper::Next(const WebSettings& settings) const {
  Result<WebKeeper> next = Read(settings);
  if (!next) {
    return next;
  }
  const bool open = !rules_.users.empty() && next->rules_.users.empty();
  if (open || (tls_ != nullptr && next->tls_ == nullptr)) {
    return Error(Reason::kInvalid,
                 fmt::format("the web configuration has no {} any more, and would open what is "
                             "closed; if that is meant, restart Klaxon to open it",
                             open ? "users" : "TLS"));
  }
  return next;
}

bool WebKeeper::in_force() const {
  return !refused_ && (tls_ == nullptr || !tls_->context.trouble());
}

void WebKeeper::Renew(http::Server& server) {
  const Stamp now = StampOf(settings_.file);
  if (now == stamp_) {
    return;
  }
  stamp_ = now;
  Result<WebKeeper> next = Next(settings_);
  if (!next) {
    log::Error("web", "what {} said before stays: {}", settings_.file, next.error().message());
    refused_ = true;
    return;
  }
  *this = *std::move(next);
  server.SetAccess(rules_);
  server.SetTls(tls_);
  Remark();
  log::Info("web", "{}: read again, {} users", settings_.file, rules_.users.size());
}

}  // namespace klaxon::app
