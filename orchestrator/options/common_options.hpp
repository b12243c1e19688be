#pragma once

#include <string_view>
#include <vector>

#include "data/text_table.hpp"
#include "orchestrator/options/option_table.hpp"

namespace agsweep {

// Options that several commands have; each command's table gives them its own field.

enum class Need { always, at_times };  // at_times: not where a run is resumed

Option data_option(Need need = Need::always);
/// Of the folder of GPT-2's tokenizer.
Option tokenizer_option();
/// Of a command that takes a trained run: where its GPT-2 is now.
Option weights_option();
Option json_option(std::string_view help = "print a JSON object instead of text");
/// Of the silence of a rank that ends the job.
Option timeout_option();

/// Of a command that trains.
Option progress_option();

/// Of a command that goes on with what stands in a folder.
Option repair_option();
Option retry_failed_option();

/// How a table of texts is written: --delimiter and --quotes.
struct FormatArgs {
  std::string delimiter;
  bool quotes = true;
};
OptionTable<FormatArgs> format_table();
/// @throws UsageError for a delimiter that is no single character
TableFormat table_format(const FormatArgs& args);

/// A list of a table's columns, counted from 1 ("1,2,3") or by their names in its header line ("label,text").
/// @param origin  the option, for errors  @param least  how many there must be
/// @throws UsageError
Columns parse_columns(std::string_view text, std::string_view origin, std::size_t least);

}  // namespace agsweep
