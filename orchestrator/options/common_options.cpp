#include "orchestrator/options/common_options.hpp"

#include <algorithm>  // std::find
#include <charconv>

#include "base/error.hpp"

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

Option repair_option() {
  return {.name = "repair",
          .flag = true,
          .help = "with --resume: keep a file that was damaged or changed as NAME.damaged, and go on from what is left of it"};
}

std::vector<int> parse_columns(std::string_view text, std::string_view origin, std::size_t least) {
  std::vector<int> columns;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (true) {
    int column = 0;
    const auto [rest, error] = std::from_chars(at, end, column);
    const bool separated = rest == end || *rest == ',';
    if (error != std::errc() || !separated || column < 1 || column > 1000 ||
        std::find(columns.begin(), columns.end(), column) != columns.end()) {
      throw UsageError("{}: {} is not a list of different columns from 1 to 1000, like 1,2,3", origin, text);
    }
    columns.push_back(column);
    if (rest == end) break;
    at = rest + 1;
  }
  if (columns.size() < least) throw UsageError("{}: {} is not a list of at least {} columns", origin, text, least);
  return columns;
}

}  // namespace agsweep
