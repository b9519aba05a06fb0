// klaxon-simulator: a Kafka cluster on loopback in a process of its own, so that what a client
// costs can be told from what the simulator costs. Ends on SIGINT and SIGTERM.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "agent/simulator/estate.h"

namespace {

using namespace klaxon;             // NOLINT(google-build-using-namespace)
using namespace klaxon::simulator;  // NOLINT(google-build-using-namespace)

struct Arguments {
  ClusterSize size{};
  bool shop = false;
  bool size_l = false;
  bool incidents = false;
  bool connect = false;
  std::vector<std::string> failed{};
  bool still = false;
  bool hide_offsets_topic = false;
  uint16_t port = 0;
  uint64_t seed = 1;
  std::string port_file{};
  std::string certificate{};
  std::vector<std::string> users{};
  int session_seconds = 0;
};

void Declare(CLI::App& app, Arguments& to) {
  app.add_flag("--shop", to.shop, "the demo's cluster; sizes are ignored");
  app.add_flag("--size-l", to.size_l, "1,000 topics x 10, 1,000 groups x 100; with --brokers");
  app.add_option("--brokers", to.size.brokers)->check(CLI::Range(1, 100))->capture_default_str();
  app.add_option("--topics", to.size.topics)->check(CLI::Range(1, 100'000))->capture_default_str();
  app.add_option("--partitions", to.size.partitions, "a topic")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--replication", to.size.replication)
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--groups", to.size.groups)->check(CLI::Range(0, 100'000))->capture_default_str();
  app.add_option("--partitions-per-group", to.size.partitions_per_group)
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  app.add_flag("--hide-offsets-topic", to.hide_offsets_topic, "no Metadata shows it");
  app.add_flag("--incidents", to.incidents, "things break and heal by themselves (--shop)");
  app.add_flag("--connect", to.connect, "two Kafka Connect workers too");
  app.add_option("--failed", to.failed, "a connector whose first task has failed (--connect)");
  app.add_flag("--still", to.still, "offsets do not move");
  app.add_option("--seed", to.seed)->capture_default_str();
  app.add_option("--port", to.port, "of the first broker, the others follow; 0: free ones");
  app.add_option("--tls", to.certificate, "a PEM file with certificate and key: brokers speak TLS");
  app.add_option("--user", to.users, "NAME:PASSWORD: brokers want a login by PLAIN or SCRAM");
  app.add_option("--session", to.session_seconds,
                 "seconds until a login must be repeated; 0: never");
  app.add_option("--port-file", to.port_file, "the bootstrap list is written here once all answer");
}

ClusterSpec SpecOf(const Arguments& arguments) {
  ClusterSpec spec = arguments.shop     ? ShopCluster()
                     : arguments.size_l ? SizeL(arguments.size.brokers)
                                        : Sized(arguments.size, arguments.seed);
  spec.first_port = arguments.port;
  if (arguments.still) {
    spec.timings.step = Duration{};
  }
  if (arguments.hide_offsets_topic) {
    spec.lists_offsets_topic = false;
  }
  spec.tls.certificate.location = arguments.certificate;
  for (const std::string& user : arguments.users) {
    const size_t colon = std::min(user.find(':'), user.size() - 1);
    spec.login.users[user.substr(0, colon)] = user.substr(colon + 1);
    spec.login.mechanisms = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};
  }
  spec.login.session = std::chrono::seconds{arguments.session_seconds};
  return spec;
}

std::string BootstrapOf(const Cluster& cluster) {
  std::string list;
  for (const HostPort& address : cluster.bootstrap()) {
    list += (list.empty() ? "" : ",") + ToString(address);
  }
  return list;
}

int Run(const Arguments& arguments, const sigset_t& ends) {
  SystemClock clock;
  const Result<std::unique_ptr<Estate>> estate =
      Estate::Start({.clusters = {SpecOf(arguments)},
                     .connect = arguments.connect,
                     .rest_proxy = false,
                     .failed = arguments.failed,
                     .incidents = arguments.shop && arguments.incidents},
                    clock);
  if (!estate) {
    fmt::print(stderr, "klaxon-simulator: {}\n", estate.error().message());
    return 1;
  }
  const std::string bootstrap = BootstrapOf(*(*estate)->clusters().front());
  if (!arguments.port_file.empty()) {
    std::ofstream(arguments.port_file) << bootstrap << "\n";
  }
  fmt::print("bootstrap {}\n", bootstrap);
  if (!(*estate)->connect_url().empty()) {
    fmt::print("connect {}\n", (*estate)->connect_url());
  }
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before any thread: all inherit it
  CLI::App app("A Kafka cluster on loopback, for tests and measurements");
  Arguments arguments;
  Declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  return Run(arguments, ends);
}
