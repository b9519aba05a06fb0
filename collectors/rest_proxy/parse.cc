#include "collectors/rest_proxy/parse.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/mask.h"
#include "agent/base/text.h"

namespace klaxon::rest_proxy_collector {
namespace {

using Json = nlohmann::json;

constexpr size_t kLongestTopic = 249;  // org.apache.kafka.common.internals.Topic
constexpr size_t kLongestId = 100;
constexpr size_t kShownWords = 200;

Error Wrong(std::string what) {
  return {Reason::kBadAnswer, std::move(what)};
}

Result<Json> Document(std::string_view body) {
  Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) {
    return Wrong("not JSON, or cut short");
  }
  return json;
}

template <class T>
std::vector<T> Sorted(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

Result<std::string> TopicName(const Json& value) {
  if (!value.is_string()) {
    return Wrong("the name of a topic is no text");
  }
  const auto& name = value.get_ref<const std::string&>();
  if (name.empty() || name.size() > kLongestTopic) {
    return Wrong("the name of a topic is empty, or longer than Kafka allows");
  }
  return name;
}

Result<int32_t> BrokerId(const Json& value) {
  const bool fits = value.is_number_integer() && value.get<int64_t>() >= 0 &&
                    value.get<int64_t>() <= std::numeric_limits<int32_t>::max();
  if (!fits) {
    return Wrong("the id of a broker is no number of one");
  }
  return static_cast<int32_t>(value.get<int64_t>());
}

template <class T>
Result<std::vector<T>> Each(const Json& list, Result<T> (*read)(const Json&)) {
  if (!list.is_array()) {
    return Wrong("not the list that a REST proxy sends");
  }
  std::vector<T> values;
  values.reserve(list.size());
  for (const Json& value : list) {
    Result<T> each = read(value);
    if (!each) {
      return each.error();
    }
    values.push_back(*std::move(each));
  }
  return Sorted(std::move(values));
}

/// One field of each entry in `data` of a v3 list.
struct Data {
  Json fields = Json::array();
  bool more = false;  // it names a next page
};

Result<Data> DataOf(std::string_view body, const char* field) {
  const Result<Json> document = Document(body);
  if (!document) {
    return document.error();
  }
  const auto data = document->is_object() ? document->find("data") : document->end();
  if (!document->is_object() || data == document->end() || !data->is_array()) {
    return Wrong("not the list that v3 of a REST proxy sends");
  }
  const auto metadata = document->find("metadata");
  Data list;
  list.more = metadata != document->end() && metadata->is_object() && metadata->contains("next") &&
              (*metadata)["next"].is_string();
  for (const Json& entry : *data) {
    const auto found = entry.is_object() ? entry.find(field) : entry.end();
    if (!entry.is_object() || found == entry.end()) {
      return Wrong(fmt::format("an entry of the list has no {}", field));
    }
    list.fields.push_back(*found);
  }
  return list;
}

template <class T>
Result<Page<T>> PageOf(const Result<Data>& list, Result<T> (*read)(const Json&)) {
  if (!list) {
    return list.error();
  }
  Result<std::vector<T>> entries = Each(list->fields, read);
  if (!entries) {
    return entries.error();
  }
  return Page<T>{.entries = *std::move(entries), .more = list->more};
}

std::string TextIn(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string()
             ? Printable(found->get_ref<const std::string&>(), kLongestId)
             : "";
}

}  // namespace

Result<std::vector<std::string>> ParseTopics(std::string_view body) {
  const Result<Json> document = Document(body);
  return document ? Each(*document, TopicName) : document.error();
}

Result<std::vector<int32_t>> ParseBrokers(std::string_view body) {
  const Result<Json> document = Document(body);
  if (!document) {
    return document.error();
  }
  const auto list = document->is_object() ? document->find("brokers") : document->end();
  if (!document->is_object() || list == document->end()) {
    return Wrong("not the list of brokers that a REST proxy sends");
  }
  return Each(*list, BrokerId);
}

Result<std::string> ParseClusterId(std::string_view body) {
  const Result<Data> list = DataOf(body, "cluster_id");
  if (!list) {
    return list.error();
  }
  const Json& ids = list->fields;
  if (ids.size() != 1 || list->more || !ids.front().is_string()) {
    return Wrong(fmt::format("names {} clusters{} where a REST proxy has one", ids.size(),
                             list->more ? " and more" : ""));
  }
  const auto& id = ids.front().get_ref<const std::string&>();
  if (id.empty() || id.size() > kLongestId) {
    return Wrong("its cluster id is empty or very long");
  }
  return id;
}

Result<Page<std::string>> ParseTopicsV3(std::string_view body) {
  return PageOf(DataOf(body, "topic_name"), TopicName);
}

Result<Page<int32_t>> ParseBrokersV3(std::string_view body) {
  return PageOf(DataOf(body, "broker_id"), BrokerId);
}

Identity ParseIdentity(std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  if (std::string version = TextIn(json, "bridge_version"); !version.empty()) {
    return {.kind = RestProxyKind::kBridge, .version = std::move(version)};
  }
  if (std::string version = TextIn(json, "karapace_version"); !version.empty()) {
    return {.kind = RestProxyKind::kKarapace, .version = std::move(version)};
  }
  return {};
}

Told ParseError(std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  if (json.is_string()) {
    return {.code = 0,
            .words = Printable(MaskSecrets(json.get_ref<const std::string&>()), kShownWords)};
  }
  if (!json.is_object()) {
    return {};
  }
  Told told;
  const auto code = json.find("error_code");
  if (code != json.end() && code->is_number_integer()) {
    constexpr int64_t kMost = 99'999;  // five digits: the status and two more
    told.code = static_cast<int>(std::clamp<int64_t>(code->get<int64_t>(), 0, kMost));
  }
  const auto message = json.find("message");
  if (message != json.end() && message->is_string()) {
    told.words = Printable(MaskSecrets(message->get_ref<const std::string&>()), kShownWords);
  }
  if (told.code > 0) {
    told.words = fmt::format("{}{}{}", told.code, told.words.empty() ? "" : ": ", told.words);
  }
  return told;
}

std::string_view MeaningOf(int code) {
  struct Meaning {
    int code = 0;
    std::string_view words{};
  };

  // io.confluent.kafkarest.Errors and KafkaExceptionMapper; RESTErrorCodes of Karapace.
  constexpr std::array<Meaning, 9> kMeanings{{
      {40101, "the proxy cannot log in to Kafka: check its own credentials"},
      {40301, "Kafka forbids it to the proxy: check the access lists of its user"},
      {40801, "the proxy got no schema from its registry in time"},
      {50001, "an unexpected failure within the proxy; see its log"},
      {50002, "Kafka failed it: can the proxy reach its brokers?"},
      {50003, "Kafka failed it for the moment: a leader is moving, or brokers are away"},
      {50101, "the proxy was built without this"},
      {50301, "all of its consumers are in use"},
      {50302, "Kafka is not there for it"},
  }};
  for (const Meaning& meaning : kMeanings) {
    if (meaning.code == code) {
      return meaning.words;
    }
  }
  return "";
}

}  // namespace klaxon::rest_proxy_collector
