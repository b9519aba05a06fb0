#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a schema registry holds, and what changes it as its REST API would.
namespace klaxon::simulator {

/// Whose answers the node gives where implementations differ. Measured on Karapace 6.2.0 and
/// Apicurio 2.6.13; Confluent's from its source, 8.5.
enum class RegistryFlavor { kConfluent, kKarapace, kApicurio };

struct RegisteredReference {
  std::string name{};
  std::string subject{};
  int version = 0;
};

struct RegisteredVersion {
  int version = 0;
  int id = 0;
  std::string type = "AVRO";
  std::string text{};
  std::vector<RegisteredReference> references{};
  bool deleted = false;  ///< softly
};

struct RegisteredSubject {
  std::vector<RegisteredVersion> versions{};  ///< ascending
  std::string compatibility{};                ///< empty: none of its own
  std::string mode{};
};

struct RegistryState {
  RegistryFlavor flavor = RegistryFlavor::kConfluent;
  std::string version = "8.5.0";
  std::string compatibility = "BACKWARD";
  std::string mode = "READWRITE";
  std::string kafka_cluster_id = "simulated";  ///< Confluent's tells it
  std::map<std::string, RegisteredSubject> subjects{};
  int max_id = 0;
};

/// Registers a schema; one that is there already keeps its id. The id.
int Register(RegistryState& state, const std::string& subject, const std::string& text,
             const std::string& type = "AVRO");

// False if there is no such thing. Hard deletion forgets; soft deletion hides.
bool DeleteVersion(RegistryState& state, const std::string& subject, int version, bool hard);
bool DeleteSubject(RegistryState& state, const std::string& subject, bool hard);

/// Puts another text under an id, in every subject that has it: what two leaders do to a registry.
bool ReplaceSchema(RegistryState& state, int id, const std::string& text);

/// Orders, customers and payments of the shop.
RegistryState ShopRegistry();

/// `subjects` subjects with `versions` versions each, every schema with an id of its own.
RegistryState SizedRegistry(int subjects, int versions);

/// The answer to a GET: status and body. `path` is percent-decoded, `raw` as it came.
struct RegistryAnswer {
  int status = 200;
  std::string body{};
};

/// Query parameters by name.
using RegistryQuery = std::map<std::string, std::string>;

RegistryAnswer AnswerOf(const RegistryState& state, std::string_view path,
                        const RegistryQuery& query);

}  // namespace klaxon::simulator
