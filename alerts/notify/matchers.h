#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/series/labels.h"
#include "agent/series/matcher.h"

namespace klaxon::notify {

using Matchers = std::vector<series::Matcher>;

/// Reads `team="kafka"`, `topic=~"orders.*",cluster!=test` and the same in braces: Alertmanager's
/// form, in which a value needs no quotes if it has no comma, brace or blank. Error: kInvalid, what
/// was read and what is accepted.
Result<Matchers> ParseMatchers(std::string_view text);

/// Whether all match. A label that is not there counts as empty.
bool MatchAll(const Matchers& matchers, const series::Labels& labels);

/// `{a="b",c=~"d.*"}`, which ParseMatchers reads back.
std::string ToString(const Matchers& matchers);

/// In Alertmanager's order: by name, value, kind. Equal sets have equal texts then.
void Sort(Matchers& matchers);

/// A text between quotes, as Go's %q writes what is printable.
std::string Quoted(std::string_view text);

/// `{alertname="X", cluster="prod"}`: labels of a group, as Alertmanager's group keys have them.
std::string GroupText(const series::Labels& labels);

}  // namespace klaxon::notify
