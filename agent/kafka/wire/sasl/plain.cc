#include "agent/kafka/wire/sasl/plain.h"

#include <fmt/format.h>

namespace klaxon::kafka::wire {

namespace {

class PlainMechanism final : public Mechanism {
 public:
  explicit PlainMechanism(const SecurityOptions& options) : options_(options) {}

  std::string_view name() const override { return "PLAIN"; }

  std::optional<Result<std::string>> Begin(const Instant& /*now*/) override {
    const std::string& password = options_.password.Reveal();
    if ((options_.username + password).find('\0') != std::string::npos) {
      return Error(Reason::kInvalid, "cannot be logged in to: a zero byte in user or password");
    }
    std::string message(1, '\0');  // no other identity to act as
    return message.append(options_.username).append(1, '\0').append(password);
  }

  Result<std::optional<std::string>> Continue(std::string_view challenge) override {
    if (!challenge.empty()) {
      return Error(Reason::kBadAnswer, "asks something in PLAIN, where nothing is to be asked");
    }
    return std::optional<std::string>();
  }

  std::string Doubt() const override {
    return fmt::format("is the password of user \"{}\" right?", options_.username);
  }

  bool Reveals(std::string_view text) const override {
    const std::string& password = options_.password.Reveal();
    return !password.empty() && text.find(password) != std::string_view::npos;
  }

 private:
  const SecurityOptions& options_;
};

}  // namespace

std::unique_ptr<Mechanism> Plain(const SecurityOptions& options) {
  return std::make_unique<PlainMechanism>(options);
}

}  // namespace klaxon::kafka::wire
