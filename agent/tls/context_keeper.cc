#include "agent/tls/context_keeper.h"

#include <sys/stat.h>

#include "agent/base/log.h"

namespace klaxon::tls {

namespace {

bool Same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

bool operator==(const Stamp& a, const Stamp& b) {
  return a.device == b.device && a.inode == b.inode && a.size == b.size &&
         Same(a.modified, b.modified) && Same(a.changed, b.changed);
}

void AddFile(const Store& store, std::vector<std::string>& files) {
  if (!store.location.empty()) {
    files.push_back(store.location);
  }
}

ContextKeeper::ContextKeeper(std::string subject, std::vector<std::string> files, Build build)
    : subject_(std::move(subject)), files_(std::move(files)), build_(std::move(build)) {
  if (!files_.empty()) {
    (void)Current();
  }
}

std::vector<Stamp> ContextKeeper::Look() const {
  std::vector<Stamp> stamps;
  for (const std::string& file : files_) {
    Stamp& stamp = stamps.emplace_back();
    struct stat about{};
    if (stat(file.c_str(), &about) == 0) {
      stamp = {.device = about.st_dev,
               .inode = about.st_ino,
               .size = about.st_size,
               .modified = about.st_mtim,
               .changed = about.st_ctim};
    }
  }
  return stamps;
}

Result<Context> ContextKeeper::Current() {
  const Lock lock(mutex_);
  std::vector<Stamp> stamps = Look();
  if (!good_ || stamps != stamps_) {
    Renew(std::move(stamps));
  }
  if (!good_) {
    return *trouble_;
  }
  return good_;
}

void ContextKeeper::Renew(std::vector<Stamp> stamps) {
  // The stamps are from before the reading: what is written meanwhile is read again next time.
  const bool first = stamps_.empty();
  stamps_ = std::move(stamps);
  Result<Context> made = build_();
  if (made) {
    if (!first) {
      log::Info(subject_, "certificates changed and were read again");
    }
    good_ = std::move(*made);
    trouble_.reset();
    return;
  }
  if (good_ && trouble_ != made.error()) {
    log::Warning(subject_,
                 "certificates changed, but cannot be used: {}; going on with the ones "
                 "from before",
                 made.error().message());
  }
  trouble_ = made.error();
}

std::optional<Error> ContextKeeper::trouble() const {
  const Lock lock(mutex_);
  return trouble_;
}

}  // namespace klaxon::tls
