#include "sweeps/aggregate/aggregate_format.hpp"

#include "sweeps/aggregate/aggregate_json.hpp"
#include "sweeps/aggregate/trial_tables.hpp"

namespace agsweep {

namespace {

std::string section_text(const Section& section, AggregateFormat format) {
  if (format == AggregateFormat::markdown) return markdown_text(section.table, section.caption);
  if (format == AggregateFormat::latex) return latex_text(section.table, section.caption);
  return plain_text(section.table, section.caption);
}

}  // namespace

std::string formatted(const Aggregate& all, AggregateFormat format) {
  if (format == AggregateFormat::csv) return csv_text(trial_rows(all));
  if (format == AggregateFormat::json) {
    return aggregate_json(all).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  std::string text;
  for (const Section& section : sections_of(all)) {
    if (!text.empty()) text += '\n';
    text += section_text(section, format);
  }
  return text;
}

}  // namespace agsweep
