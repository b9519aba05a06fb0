#include "agent/kafka/doctor/examination.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/kafka/doctor/address.h"
#include "agent/kafka/permissions.h"

namespace klaxon::kafka {
namespace {

std::string TitleOf(const BrokerAddress& broker) {
  return fmt::format("broker {} at {}", broker.id, ToString(broker.address));
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1" ||
         host.starts_with("::ffff:127.");
}

}  // namespace

Examination::Examination(wire::ClientOptions options, Clock& clock, Duration patience, Tell tell)
    : options_(std::move(options)), clock_(clock), patience_(patience), tell_(std::move(tell)) {
  if (options_.security.UsesTls()) {
    tls_ = std::make_unique<tls::ClientContext>(options_.security.tls, "doctor");
  }
}

Findings Examination::Run(const std::stop_token& stop) {
  stop_ = stop;
  client_ = std::make_unique<wire::Client>(options_, clock_);
  bool reached = false;
  for (const HostPort& address : options_.bootstrap) {
    reached = CheckBootstrap(address) || reached;
  }
  if (reached && CheckMetadata()) {
    for (const BrokerAddress& broker : brokers_) {
      CheckAdvertised(broker);
    }
    CheckQuorum();
    CheckPermissions();
  }
  Say(JudgeShown(signs_));
  return std::move(findings_);
}

bool Examination::CheckBootstrap(const HostPort& address) {
  const Findings findings = CheckAddress(address, tls_.get(), clock_, patience_);
  Say(findings);
  const auto good = [](Step step) {
    return [step](const Finding& found) {
      return found.step == step && found.outcome != Outcome::kBad;
    };
  };
  const bool open = std::ranges::any_of(findings, good(Step::kConnection)) &&
                    (!tls_ || std::ranges::any_of(findings, good(Step::kTls)));
  if (!open) {
    return false;
  }
  wire::ClientOptions alone = options_;
  alone.bootstrap = {address};
  wire::Client client(std::move(alone), clock_);
  return CheckLogin(client, kAnyBroker, ToString(address));
}

bool Examination::CheckLogin(ClusterClient& client, int32_t broker, const std::string& subject) {
  // A broker refuses a request that does not say who asks (KIP-511), and lists nothing.
  CallOf<wire::ApiVersionsRequest> call(
      broker,
      {.client_software_name = "klaxon", .client_software_version = options_.software_version});
  Exchange(client, {&call});
  if (!call.response()) {
    Say({.step = Step::kLogin,
         .outcome = Outcome::kBad,
         .subject = subject,
         .said = call.response().error().message()});
    return false;
  }
  Say(JudgeVersions(subject, *call.response()));
  return true;
}

bool Examination::CheckMetadata() {
  CallOf<wire::MetadataRequest> call(kAnyBroker,
                                     {.topics = std::vector<wire::MetadataRequest::Topic>{}});
  Exchange(*client_, {&call});
  Finding found{.step = Step::kCluster, .outcome = Outcome::kBad, .subject = "metadata"};
  if (!call.response()) {
    found.said = call.response().error().message();
    Say(std::move(found));
    return false;
  }
  signs_.metadata = true;
  for (const auto& broker : call.response()->brokers) {
    if (broker.port <= 0 || broker.port > UINT16_MAX) {
      Say({.step = Step::kCluster,
           .outcome = Outcome::kBad,
           .subject = fmt::format("broker {}", broker.id),
           .said = fmt::format("advertises port {}, which is none", broker.port),
           .mend = "see advertised.listeners of that broker"});
      signs_.unreachable.push_back(broker.id);
      continue;
    }
    brokers_.push_back(
        {.id = broker.id,
         .address = {.host = broker.host, .port = static_cast<uint16_t>(broker.port)}});
  }
  found.outcome = call.response()->brokers.empty() ? Outcome::kBad : Outcome::kGood;
  found.said = fmt::format("cluster {}, {} brokers",
                           Printable(call.response()->cluster_id.value_or("without an id")),
                           call.response()->brokers.size());
  Say(std::move(found));
  client_->SetBrokers(brokers_);
  return true;
}

void Examination::CheckAdvertised(const BrokerAddress& broker) {
  const auto& bootstrap = options_.bootstrap;
  if (std::ranges::find(bootstrap, broker.address) == bootstrap.end()) {
    Findings findings = CheckAddress(broker.address, tls_.get(), clock_, patience_);
    const bool remote = std::ranges::none_of(
        bootstrap, [](const HostPort& address) { return IsLoopback(address.host); });
    if (remote && IsLoopback(broker.address.host)) {
      findings.push_back({.step = Step::kName,
                          .outcome = Outcome::kBad,
                          .subject = TitleOf(broker),
                          .said = "advertises itself under an address that every machine has for "
                                  "itself",
                          .mend = "set advertised.listeners to a name that clients can reach"});
    }
    for (Finding& found : findings) {
      if (found.outcome == Outcome::kBad && found.mend.empty()) {
        found.mend = "it is what the broker tells clients: see advertised.listeners";
      }
    }
    Say(findings);
  }
  if (!CheckLogin(*client_, broker.id, TitleOf(broker))) {
    signs_.unreachable.push_back(broker.id);
  }
}

void Examination::CheckQuorum() {
  CallOf<wire::DescribeQuorumRequest> call(
      kAnyBroker,
      {.topics = {{.name = wire::kClusterMetadataTopic, .partitions = {{.index = 0}}}}});
  signs_.quorum_asked = clock_.Now();
  Exchange(*client_, {&call});
  signs_.quorum_answered = clock_.Now();
  signs_.quorum = call.response();
  Say(JudgeQuorum(signs_));
  Say(JudgeClock(signs_));
}

void Examination::CheckPermissions() {
  PermissionQuestions questions;
  Exchange(*client_, questions.calls());
  for (const Permission permission : kPermissions) {
    signs_.held[static_cast<size_t>(permission)] = questions.Held(permission);
  }
  Say(JudgePermissions(signs_));
}

void Examination::Exchange(ClusterClient& client, std::vector<Call*> calls) {
  client.Exchange(calls, clock_.Now().mono + patience_, stop_);
}

void Examination::Say(Finding finding) {
  if (tell_) {
    tell_(finding);
  }
  findings_.push_back(std::move(finding));
}

void Examination::Say(const Findings& findings) {
  for (const Finding& finding : findings) {
    Say(finding);
  }
}

}  // namespace klaxon::kafka
