#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <type_traits>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "tests/config/sample.h"

namespace klaxon::config {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Streamable<Secret>, "a secret must not be printable");
static_assert(!fmt::is_formattable<Secret>::value, "a secret must not be printable");
static_assert(!std::is_convertible_v<Secret, std::string>, "a secret must be revealed by name");

/// A folder that is removed with all that is in it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "klaxon-config-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
  }

  std::string File(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_{};
};

struct Outcome {
  Secret secret{};
  std::string mistakes{};
};

/// Reads the key "password" from a file "klaxon.yaml" in the folder.
Outcome ReadPassword(const Folder& folder, const std::string& yaml, bool required = false) {
  folder.Write("klaxon.yaml", yaml);
  Document document =
      Document::Load(folder.File("klaxon.yaml"), Variables({{"PASSWORD", "s3cret"}}));
  Outcome outcome;
  {
    YamlMap root = document.Root();
    outcome.secret = required ? root.RequiredSecret("password") : root.Secret("password");
  }
  for (Mistake mistake : document.mistakes()) {
    mistake.file = std::filesystem::path(mistake.file).filename().string();
    outcome.mistakes += ToString(mistake);
  }
  return outcome;
}

TEST_CASE("a secret comes from the file, the environment or a file of its own") {
  struct Case {
    std::string sentence{};
    std::string yaml{};
    std::string value{};
  };

  const Folder folder;
  folder.Write("password", "  from a file\n");
  const std::vector<Case> cases{
      {"written", "password: s3cret", "s3cret"},
      {"from the environment", "password: ${PASSWORD}", "s3cret"},
      {"from a file beside the configuration", "password_file: password", "from a file"},
      {"from a file with its full path", "password_file: " + folder.File("password"),
       "from a file"},
      {"not given", "", ""},
      {"both keys without a value", "password:\npassword_file:", ""},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.sentence) {
      const Outcome outcome = ReadPassword(folder, one.yaml);
      CHECK(outcome.secret.Reveal() == one.value);
      INFO(outcome.mistakes);
      CHECK(outcome.mistakes.empty());
    }
  }
}

TEST_CASE("a mistake in a secret never shows it") {
  struct Case {
    std::string sentence{};
    std::string yaml{};
    std::string mistakes{};
  };

  const Folder folder;
  folder.Write("password", "s3cret");
  folder.Write("empty", " \n");
  folder.Write("huge", std::string(70'000, 's'));
  const std::vector<Case> cases{
      {"a list", "password: [s3cret]", "klaxon.yaml:1: password: expected text, found a list"},
      {"a variable that is not set", "password: s3cret${NONE}",
       "klaxon.yaml:1: password: the environment variable NONE is not set; set it, or write "
       "${NONE:-default}"},
      {"dollars and braces that are part of it", "password: a${s3cret!}b",
       "klaxon.yaml:1: password: \"${...}\" does not name an environment variable; write ${NAME} "
       "or "
       "${NAME:-default}, and $$ for a plain $"},
      {"a brace that is not closed", "password: a${s3cret",
       "klaxon.yaml:1: password: \"${\" without its \"}\"; write $$ for a plain $"},
      {"both keys", "password: s3cret\npassword_file: password",
       "klaxon.yaml:2: password_file: give password or password_file, not both"},
      {"a file that is not there", "password_file: none",
       "klaxon.yaml:1: password_file: the secret's file cannot be read: No such file or directory, "
       "found \"none\""},
      {"a folder instead of a file", "password_file: .",
       "klaxon.yaml:1: password_file: the secret's file cannot be read: it is a folder; give a "
       "regular file, found "
       "\".\""},
      {"an empty file", "password_file: empty",
       "klaxon.yaml:1: password_file: the secret's file is empty, found \"empty\""},
      {"a file that is far too long", "password_file: huge",
       "klaxon.yaml:1: password_file: the secret's file is longer than 65536 bytes, found "
       "\"huge\""},
      {"a mistyped key", "pasword: s3cret",
       "klaxon.yaml:1: pasword: unknown key; did you mean \"password\"?"},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.sentence) {
      CHECK(ReadPassword(folder, one.yaml).mistakes == one.mistakes);
    }
  }
}

TEST_CASE("a required secret may come from either key") {
  const Folder folder;
  folder.Write("password", "s3cret");
  CHECK(ReadPassword(folder, "password: x", true).mistakes.empty());
  CHECK(ReadPassword(folder, "password_file: password", true).mistakes.empty());
  CHECK(ReadPassword(folder, "password:", true).mistakes ==
        "klaxon.yaml:1: password: required, but not given; write it here or name its file with "
        "password_file");
  CHECK(ReadPassword(folder, "password: ''", true).mistakes ==
        "klaxon.yaml:1: password: must not be empty, found \"\"");
  CHECK(ReadPassword(folder, "password: ${NONE:-}", true).mistakes ==
        "klaxon.yaml:1: password: must not be empty, found \"${NONE:-}\"");
}

TEST_CASE("a value of the environment is not shown in a mistake") {
  CHECK(MistakesOf("clusters: [{name: main}]\nlisten: ${PASSWORD}",
                   Variables({{"PASSWORD", "s3cret"}})) ==
        "klaxon.yaml:2: listen: expected an address such as 127.0.0.1:9092, found \"${PASSWORD}\"");
  CHECK(MistakesOf("clusters:\n- name: main\n  kafka:\n    bootstrap.servers: a:1,${PASSWORD}",
                   Variables({{"PASSWORD", "s3cret"}})) ==
        "klaxon.yaml:4: clusters[0].kafka.bootstrap.servers: expected addresses such as "
        "127.0.0.1:9092, found \"a:1,${PASSWORD}\"");
}

TEST_CASE("a file that cannot be read is one mistake") {
  const Folder folder;
  const std::string name = folder.File("none.yaml");
  Document document = Document::Load(name);
  (void)ReadSample(document.Root());
  CHECK(ToString(document.mistakes()) == name + ": cannot be read: No such file or directory");
}

}  // namespace
}  // namespace klaxon::config
