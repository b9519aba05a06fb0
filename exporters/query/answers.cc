#include "exporters/query/answers.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::query_api {
namespace {

void AppendTexts(std::string_view key, const std::vector<std::string>& texts, std::string& json) {
  if (texts.empty()) return;
  json += fmt::format(",\"{}\":[", key);
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) json += ',';
    AppendText(texts[i], json);
  }
  json += ']';
}

void AppendLabels(const series::Labels& labels, std::string& json) {
  json += '{';
  bool first = true;
  for (const series::Label label : labels) {
    if (!first) json += ',';
    first = false;
    AppendText(label.name, json);
    json += ':';
    AppendText(label.value, json);
  }
  json += '}';
}

/// [1700000000.5,"3"]; seconds with as many digits as they need.
void AppendPoint(int64_t time, std::string_view value, std::string& json) {
  const int64_t seconds = time / 1000;
  const int64_t rest = std::abs(time % 1000);
  std::string text = fmt::format("{}{}", time < 0 && seconds == 0 ? "-" : "", seconds);
  if (rest != 0) text += fmt::format(".{:03}", rest);
  while (rest != 0 && text.back() == '0')
    text.pop_back();
  json += '[' + text + ',';
  AppendText(value, json);
  json += ']';
}

void AppendVector(const promql::Vector& vector, int64_t time, std::string& json) {
  json += '[';
  for (size_t i = 0; i < vector.size(); ++i) {
    json += i > 0 ? ",{\"metric\":" : "{\"metric\":";
    AppendLabels(*vector[i].labels, json);
    json += ",\"value\":";
    AppendPoint(time, ValueText(vector[i].value), json);
    json += '}';
  }
  json += ']';
}

void AppendMatrix(const promql::Matrix& matrix, std::string& json) {
  json += '[';
  for (size_t i = 0; i < matrix.size(); ++i) {
    json += i > 0 ? ",{\"metric\":" : "{\"metric\":";
    AppendLabels(*matrix[i].labels, json);
    json += ",\"values\":[";
    for (size_t k = 0; k < matrix[i].samples.size(); ++k) {
      if (k > 0) json += ',';
      const series::Sample& sample = matrix[i].samples[k];
      AppendPoint(sample.time, ValueText(sample.value), json);
    }
    json += "]}";
  }
  json += ']';
}

http::Response Success(std::string data, const std::vector<std::string>& warnings,
                       const std::vector<std::string>& infos) {
  std::string json = R"({"status":"success","data":)" + std::move(data);
  AppendTexts("warnings", warnings, json);
  AppendTexts("infos", infos, json);
  http::Response response = http::JsonResponse(200, json + "}\n");
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

http::Response Refusal(int status, std::string_view type, const Error& error) {
  std::string json = fmt::format(R"({{"status":"error","errorType":"{}","error":)", type);
  AppendText(error.message(), json);
  http::Response response = http::JsonResponse(status, json + "}\n");
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

void AppendText(std::string_view text, std::string& json) {
  json += '"';
  for (const char c : ToUtf8(text)) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      json += c;
    }
  }
  json += '"';
}

/// util/jsonutil/marshal.go of Prometheus: as few digits as read back the same, with an exponent
/// below 1e-6 and from 1e21 on.
std::string ValueText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  const double size = std::abs(value);
  const bool exponent = size != 0 && (size < 1e-6 || size >= 1e21);
  std::array<char, 400> text{};
  const auto form = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, form);
  std::string written(text.data(), end);
  if (const size_t at = written.find("e-0"); at != std::string::npos) written.erase(at + 2, 1);
  return written;
}

http::Response QueryAnswer(const promql::QueryResult& result, int64_t time) {
  std::string data;
  switch (result.type) {
    case promql::ValueType::kScalar:
      data = R"({"resultType":"scalar","result":)";
      AppendPoint(time, ValueText(result.scalar), data);
      break;
    case promql::ValueType::kString:
      data = R"({"resultType":"string","result":)";
      AppendPoint(time, result.text, data);
      break;
    case promql::ValueType::kVector:
      data = R"({"resultType":"vector","result":)";
      AppendVector(result.vector, time, data);
      break;
    case promql::ValueType::kMatrix:
      data = R"({"resultType":"matrix","result":)";
      AppendMatrix(result.matrix, data);
      break;
  }
  return Success(data + "}", result.warnings, result.infos);
}

http::Response SeriesAnswer(const std::vector<series::LabelsRef>& series,
                            const std::vector<std::string>& warnings) {
  std::string data = "[";
  for (size_t i = 0; i < series.size(); ++i) {
    if (i > 0) data += ',';
    AppendLabels(*series[i], data);
  }
  return Success(data + "]", warnings, {});
}

http::Response ListAnswer(const std::vector<std::string>& list,
                          const std::vector<std::string>& warnings) {
  std::string data = "[";
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) data += ',';
    AppendText(list[i], data);
  }
  return Success(data + "]", warnings, {});
}

http::Response BadData(const Error& error) {
  return Refusal(400, "bad_data", error);
}

http::Response Failed(const Error& error) {
  return error.reason() == Reason::kTimeout ? Refusal(503, "timeout", error)
                                            : Refusal(422, "execution", error);
}

http::Response Busy() {
  return Refusal(503, "unavailable",
                 {Reason::kRefused, "too many queries are running; try again in a moment"});
}

}  // namespace klaxon::query_api
