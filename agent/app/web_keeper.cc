#include "agent/app/web_keeper.h"

#include <sys/stat.h>

#include <utility>

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
  WebKeeper keeper(settings);
  keeper.stamp_ = StampOf(settings.file);  // before reading: a later change is seen as one
  Result<http::WebConfig> web = LoadWeb(settings);
  if (!web) {
    return web.error();
  }
  if (web->tls.enabled) {
    return Error(Reason::kUnsupported, settings.file + ": TLS is not spoken yet");
  }
  keeper.web_ = *std::move(web);
  keeper.rules_ = RulesOf(settings, keeper.web_);
  return keeper;
}

void WebKeeper::Remark() const {
  for (const std::string& remark : web_.remarks) {
    log::Warning("web", "{}: {}", settings_.file, remark);
  }
  if (!web_.users.empty() && !web_.tls.enabled) {
    log::Warning("web", "{}: there are users but no TLS: passwords can be read on the way",
                 settings_.file);
  }
}

WebKeeper::Look WebKeeper::Renew(http::Server& server) {
  const Stamp now = StampOf(settings_.file);
  if (now == stamp_) {
    return Look::kUnchanged;
  }
  stamp_ = now;
  Result<WebKeeper> next = Load(settings_);
  if (!next) {
    log::Error("web", "what {} said before stays: {}", settings_.file, next.error().message());
    return Look::kRefused;
  }
  *this = *std::move(next);
  server.SetAccess(rules_);
  Remark();
  log::Info("web", "{}: read again, {} users", settings_.file, rules_.users.size());
  return Look::kTaken;
}

}  // namespace klaxon::app
