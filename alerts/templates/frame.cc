#include "alerts/templates/frame.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "alerts/templates/literal.h"

namespace klaxon::templates {
namespace {

constexpr size_t kMostSteps = 200'000;
constexpr size_t kBytesOfAStep = 256;
constexpr size_t kLongestContext = 200;

}  // namespace

Frame::Frame(Progress& progress, std::string name, const Value& data)
    : progress_(progress), name_(std::move(name)) {
  variables_.push_back({"$", data});
  if (name_ != progress_.tree.name) return;
  for (const auto& [variable, value] : progress_.execution.variables)
    variables_.push_back({variable, value});
}

void Frame::Fail(std::string_view what) {
  if (error_) return;
  const std::string_view before = std::string_view(progress_.tree.text).substr(0, at_);
  const size_t line = before.rfind('\n');
  const size_t column = line == std::string_view::npos ? at_ : at_ - line - 1;
  error_ = Error(Reason::kInvalid,
                 fmt::format("template: {}:{}:{}: executing {} at <{}>: {}", progress_.tree.name,
                             1 + std::count(before.begin(), before.end(), '\n'), column,
                             Quoted(name_), Context(), what));
}

std::string Frame::Context() const {
  std::string context;
  if (template_ != nullptr) {
    const Pipe& pipe = template_->pipe;
    context =
        fmt::format("{{{{template {}{}{}}}}}", Quoted(template_->text),
                    pipe.commands.empty() ? "" : " ", pipe.commands.empty() ? "" : ToString(pipe));
  } else if (pipe_ != nullptr) {
    context = ToString(*pipe_);
  } else {
    for (const Operand& operand : operands_)
      context += (context.empty() ? "" : " ") + ToString(operand);
  }
  const bool fits = context.size() <= kLongestContext;
  return fits ? context : context.substr(0, kLongestContext) + "...";
}

void Frame::At(const Pipe& pipe) {
  At(pipe.at, {});
  pipe_ = &pipe;
}

void Frame::At(size_t at, std::span<const Operand> operands) {
  at_ = at;
  operands_ = operands;
  pipe_ = nullptr;
  template_ = nullptr;
  Spend(1);
}

void Frame::AtTemplate(const Node& node) {
  At(node.at, {});
  template_ = &node;
}

void Frame::Spend(size_t steps) {
  progress_.steps += steps;
  if (progress_.steps > kMostSteps) Fail("more than 200,000 steps");
}

void Frame::SpendOn(const Value& value) {
  if (const auto* text = value.As<std::string>()) Spend(text->size() / kBytesOfAStep);
  if (const auto* list = value.As<List>()) Spend(list->items.size() / 16);
}

const Value& Frame::ValueOf(std::string_view variable) const {
  static const Value none;
  const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                  [variable](const Variable& one) { return one.name == variable; });
  return found == variables_.rend() ? none : found->value;
}

void Frame::Set(const std::string& variable, const Value& value, bool assigns) {
  if (!assigns) {
    variables_.push_back({variable, value});
    return;
  }
  const auto found =
      std::find_if(variables_.rbegin(), variables_.rend(),
                   [&variable](const Variable& one) { return one.name == variable; });
  if (found != variables_.rend()) found->value = value;
}

}  // namespace klaxon::templates
