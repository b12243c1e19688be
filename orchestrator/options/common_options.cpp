#include "orchestrator/options/common_options.hpp"

#include <algorithm>  // std::find

#include "base/error.hpp"
#include "data/csv_reader.hpp"  // trimmed

namespace agsweep {

Option data_option(Need need) {
  return {.name = "data",
          .placeholder = "FILE",
          .required = need == Need::always,
          .help = need == Need::always ? "data.h5 of `agsweep prepare`" : "data.h5 of `agsweep prepare`; needed unless a run is resumed"};
}

Option tokenizer_option() {
  return {.name = "tokenizer",
          .placeholder = "DIR",
          .help = "folder of GPT-2's encoder.json and vocab.bpe; not given, the one that agsweep was installed with"};
}

Option weights_option() {
  return {.name = "weights", .placeholder = "DIR", .help = "folder of the GPT-2 that was trained; not given, where it was in training"};
}

Option json_option(std::string_view help) { return {.name = "json", .flag = true, .help = help}; }

Option timeout_option() {
  return {.name = "timeout",
          .placeholder = "SECONDS",
          .range = above_up_to(0, 1000000),
          .in_config_hash = false,
          .may_change_on_resume = true,
          .help = "end the job when a rank has been silent for so long"};
}

Option progress_option() {
  return {.name = "progress",
          .placeholder = "KIND",
          .help =
              "on standard error: a table that renews itself, lines now and then, or none of either, only warnings and the end; "
              "auto: a table on a terminal, also behind mpirun, else lines"};
}

Option repair_option() {
  return {.name = "repair",
          .flag = true,
          .help = "with --resume: keep a file that was damaged or changed as NAME.damaged, and go on from what is left of it"};
}

Option retry_failed_option() { return {.name = "retry-failed", .flag = true, .help = "with --resume: run failed trials once more"}; }

OptionTable<FormatArgs> format_table() {
  return {
      {&FormatArgs::delimiter,
       {.name = "delimiter",
        .placeholder = "C",
        .help = "what parts a table's fields: a character, or tab; not given, a comma, and a tab in a .tsv"}},
      {&FormatArgs::quotes, {.name = "quotes", .help = "fields may stand in double quotes; off, a quote is a character like any other"}},
  };
}

TableFormat table_format(const FormatArgs& args) {
  if (args.delimiter.empty()) return {.delimiter = {}, .quotes = args.quotes};
  if (args.delimiter == "tab" || args.delimiter == "\\t") return {.delimiter = '\t', .quotes = args.quotes};
  if (args.delimiter.size() != 1 || std::string_view("\"\r\n").find(args.delimiter) != std::string_view::npos) {
    throw UsageError("--delimiter: {} is not one ASCII character other than a quote or a line's end, or tab", args.delimiter);
  }
  return {.delimiter = args.delimiter.front(), .quotes = args.quotes};
}

Columns parse_columns(std::string_view text, std::string_view origin, std::size_t least) {
  Columns columns;
  std::size_t numbers = 0;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string column(trimmed(text.substr(start, end - start)));
    start = end + 1;
    const bool number = is_digits(column);
    numbers += number ? 1 : 0;
    const bool in_range = !number || (column.front() != '0' && column.size() <= 3) || column == "1000";
    if (column.empty() || !in_range || std::find(columns.begin(), columns.end(), column) != columns.end()) {
      throw UsageError("{}: {} is not a list of different columns, by number from 1 to 1000 (1,2,3) or by name", origin, text);
    }
    columns.push_back(column);
  }
  if (columns.size() < least) throw UsageError("{}: {} is not a list of at least {} columns", origin, text, least);
  if (numbers != 0 && numbers != columns.size()) throw UsageError("{}: {}: give all columns by number, or all by name", origin, text);
  return columns;
}

}  // namespace agsweep
