#pragma once

#include <string>
#include <string_view>

#include "agent/model/notify_board.h"
#include "agent/model/rule_board.h"
#include "agent/model/view.h"

/// The page for people: everything that is wrong first, then each source. Server-rendered, complete
/// without JavaScript.
namespace klaxon::status_page {

struct PageOptions {
  std::string version{};  ///< of this program
  bool refresh = true;    ///< the browser asks again by itself every few seconds
  size_t sources = 0;     ///< configured; those that have said nothing yet are named as waiting
  RuleBoardRef rules{};   ///< null: there are none
  NotifyBoard notify{};   ///< who is told of alerts
};

/// The whole document. Pure; `now` is the moment it is asked for and judges every freshness.
std::string RenderPage(const View& view, const Instant& now, const PageOptions& options);

/// The style sheet (dashboards/status/style.css), served as /style.css.
extern const std::string_view kStyleSheet;

}  // namespace klaxon::status_page
