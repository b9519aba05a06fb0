#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/receivers/words.h"

/// Texts in Slack's markup (api.slack.com, "formatting text for app surfaces"): "&", "<" and ">"
/// are written as entities, "<URL|words>" is a link, "<!channel>", "<@USER>" and "<#CHANNEL>" call
/// people. All pure; all texts are UTF-8.
namespace klaxon::receivers {

std::string SlackEscaped(std::string_view text);

/// The template expanded. What it writes itself is markup; what comes out of labels, annotations
/// and addresses is text. Who is called is up to the template: where it writes no "<!channel",
/// "<@" or "<#", a value between its brackets calls nobody.
std::string SlackMarkup(const Wording& wording, const notify::Message& message,
                        const std::string& external_url);

/// At most so many bytes of markup; "..." at the end of what was cut. Neither a letter nor an
/// entity nor a link is cut in two.
std::string SlackCut(std::string_view markup, size_t most);

/// Pieces of at most so many bytes, cut at line ends where there are some; at least one.
std::vector<std::string> SlackPieces(std::string_view markup, size_t most);

}  // namespace klaxon::receivers
