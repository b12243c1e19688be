#include "sweeps/report/recorded_run.hpp"

#include <charconv>  // std::from_chars
#include <cmath>
#include <optional>
#include <sstream>
#include <string_view>

#include <toml++/toml.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/seal.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// Takes the field before the next comma away from `line`.
std::string_view take_field(std::string_view& line) {
  const std::size_t comma = line.find(',');
  const std::string_view field = line.substr(0, comma);
  line = comma == std::string_view::npos ? std::string_view() : line.substr(comma + 1);
  return field;
}

std::optional<double> number_in(std::string_view field) {
  double number = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// epoch,split,loss,accuracy,f1_macro,f1_weighted,precision_macro,recall_macro,seconds
bool add_row(std::string_view line, EpochTable& table) {
  const std::optional<double> epoch = number_in(take_field(line));
  const std::string_view split = take_field(line);
  std::vector<MetricRow>& rows = split == "train" ? table.train : table.val;
  if ((split != "train" && split != "val") || epoch != static_cast<double>(rows.size() + 1)) return false;
  MetricRow row{};
  for (double& metric : row) {
    const std::optional<double> number = number_in(take_field(line));
    if (!number) return false;
    metric = *number;
  }
  rows.push_back(row);
  table.seconds += number_in(take_field(line)).value_or(0);
  return true;
}

}  // namespace

EpochTable read_epoch_table(const fs::path& path, const nlohmann::json& result) {
  EpochTable table;
  std::error_code unreadable;
  if (!fs::is_regular_file(path, unreadable)) return table;
  const std::string text = read_file(path);
  check_rows(path, text, result, "result.json", false);
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);  // the header
  while (std::getline(lines, line) && !lines.eof() && add_row(line, table)) continue;
  return table;
}

RecordedRun read_recorded_run(const fs::path& path) {
  RecordedRun run;
  std::error_code unreadable;
  if (!fs::is_regular_file(path, unreadable)) return run;
  toml::table file;
  try {
    file = toml::parse(read_file(path), path.string());
  } catch (const toml::parse_error&) {
    return run;
  }
  const toml::node_view recorded = file["recorded"];
  run.data = recorded["data"].value_or(std::string());
  run.synthetic = recorded["synthetic"].value_or(false);
  run.max_length = recorded["max_length"].value_or(run.max_length);
  run.random_base = recorded["random_base"].value_or(false);
  run.batch_size = file["batch_size"].value_or(run.batch_size);
  run.warmup_steps = file["warmup_steps"].value_or(run.warmup_steps);
  if (const toml::array* names = recorded["class_names"].as_array()) {
    for (const toml::node& name : *names) run.class_names.push_back(name.value_or(std::string()));
  }
  return run;
}

}  // namespace agsweep
