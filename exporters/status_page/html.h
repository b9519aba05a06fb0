#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/model/answer.h"

/// Small pieces of HTML. Everything that comes from outside goes through Escape.
namespace klaxon::status_page {

/// Stands where there is nothing to show: an en dash.
constexpr std::string_view kNone = "\u2013";

/// The text with markup taken out of effect, in elements and in quoted attributes; invalid UTF-8
/// and control characters are replaced.
std::string Escape(std::string_view text);

/// "1 234 567": grouped by narrow spaces that do not break.
std::string Grouped(int64_t number);

/// "1 partition", "3 partitions".
std::string Counted(size_t count, std::string_view noun);

/// How old an answer is, with the exact time on hover; marked when stale; "never" when null.
std::string AgeOf(const AnswerRef& answer, const Instant& now);

/// What stands where a value is not known: the word and, on hover, why.
std::string UnknownValue(const AnswerRef& answer);
std::string UnknownValue(std::string_view why);

/// `<span class="badge KIND">text</span>`; kinds: good, bad, warn, unknown, plain. `text` is
/// escaped.
std::string Badge(std::string_view kind, std::string_view text);

/// A cell of a table. On a narrow screen `label` is shown before the value. `html` is not escaped.
std::string Cell(std::string_view label, std::string_view html, std::string_view css_class = "");

}  // namespace klaxon::status_page
