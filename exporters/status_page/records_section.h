#pragma once

#include <string>
#include <vector>

#include "agent/model/view.h"
#include "exporters/status_page/trouble.h"

namespace klaxon::status_page {

/// What the page shows of the records that are sampled from one Kafka cluster, as HTML. Pure.
std::string RecordsSection(const RecordSamplesPart& part, const Instant& now);

/// Topics whose records their consumers cannot read. Pure.
std::vector<Trouble> RecordsTroubles(const RecordSamplesPart& part, const Instant& now);

}  // namespace klaxon::status_page
