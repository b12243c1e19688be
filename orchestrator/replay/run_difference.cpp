#include "orchestrator/replay/run_difference.hpp"

#include <algorithm>  // std::ranges::mismatch
#include <cmath>
#include <cstring>  // std::memcpy
#include <map>
#include <sstream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_file.hpp"
#include "base/metric.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// A row of a CSV file without quotes: what comes before each comma, and after the last.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream row(line);
  for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
  return cells;
}

/// The rows below the header, each with `columns` cells; one that a killed process left torn ends them.
std::vector<std::vector<std::string>> rows_of(const fs::path& path, std::size_t columns) {
  std::istringstream lines(read_file(path));
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && !lines.eof()) {
    rows.push_back(cells_of(line));
    if (rows.back().size() != columns) throw DataError("{}:{}: expected {} columns", path.string(), rows.size() + 1, columns);
  }
  return rows;
}

std::int64_t whole(const std::string& text, const fs::path& path) {
  try {
    return std::stoll(text);
  } catch (const std::exception&) {
    throw DataError("{}: {} is no number", path.string(), text);
  }
}

/// The rows by the number in their first cell: a step, an epoch.
std::map<std::int64_t, std::vector<std::vector<std::string>>> numbered_rows(const fs::path& path, std::size_t columns) {
  std::map<std::int64_t, std::vector<std::vector<std::string>>> rows;
  for (std::vector<std::string>& row : rows_of(path, columns)) rows[whole(row.front(), path)].push_back(std::move(row));
  return rows;
}

// A run that was stopped has fewer steps and epochs than the repeated one, a repaired run may lack some: what both have is compared.

void compare_steps(const fs::path& recorded, const fs::path& repeated, BitComparison& comparison) {
  const auto recorded_rows = numbered_rows(recorded / "steps.csv", 5);  // step,lr,loss,grad_norm,tokens_per_second
  const auto repeated_rows = numbered_rows(repeated / "steps.csv", 5);
  for (const auto& [step, rows] : repeated_rows) {
    const auto found = recorded_rows.find(step);
    if (found == recorded_rows.end()) continue;
    ++comparison.steps;
    const std::vector<std::string>&before = found->second.front(), &now = rows.front();
    for (const auto& [column, name] : {std::pair(2, "loss"), std::pair(3, "grad_norm")}) {
      if (comparison.step || before[column] == now[column]) continue;
      comparison.step = {.step = step, .column = name, .recorded = before[column], .repeated = now[column]};
    }
  }
  const bool both_failed_in_the_first = recorded_rows.empty() && repeated_rows.empty();
  if (comparison.steps == 0 && !both_failed_in_the_first) throw DataError("{}: steps.csv has no step to compare", recorded.string());
}

void compare_hashes(const fs::path& recorded, const fs::path& repeated, BitComparison& comparison) {
  const auto recorded_rows = numbered_rows(recorded / "hashes.csv", 3);  // epoch,tensor,sha256
  const auto repeated_rows = numbered_rows(repeated / "hashes.csv", 3);
  for (const auto& [epoch, now] : repeated_rows) {
    const auto found = recorded_rows.find(epoch);
    if (found == recorded_rows.end()) continue;
    const std::vector<std::vector<std::string>>& before = found->second;
    if (before != now) {
      const auto first = static_cast<std::size_t>(std::ranges::mismatch(before, now).in1 - before.begin());
      comparison.tensor = {.epoch = epoch, .tensor = first < before.size() ? before[first][1] : now[first][1]};
      return;
    }
    comparison.epochs = epoch;
  }
  if (comparison.epochs == 0 && !recorded_rows.empty() && !repeated_rows.empty()) {
    throw DataError("{}: hashes.csv has no epoch to compare", recorded.string());
  }
}

nlohmann::json metric_at(const nlohmann::json& result, const char* split, Metric metric) {
  const nlohmann::json::json_pointer path(
      fmt::format("/{}/{}", std::string_view(split) == "test" ? "test" : fmt::format("best/{}", split), metric_key(metric)));
  return result.contains(path) ? result.at(path) : nlohmann::json();
}

/// Squares of a tensor's fp32 values, and of its differences.
void add_squares(const TensorBytes& before, const TensorBytes& now, double& size, double& distance) {
  for (std::size_t at = 0; at + sizeof(float) <= before.bytes.size(); at += sizeof(float)) {
    float a = 0, b = 0;
    std::memcpy(&a, before.bytes.data() + at, sizeof a);
    std::memcpy(&b, now.bytes.data() + at, sizeof b);
    size += static_cast<double>(a) * a;
    distance += (static_cast<double>(b) - a) * (static_cast<double>(b) - a);
  }
}

std::optional<double> weight_distance(const fs::path& recorded, const fs::path& repeated) {
  if (!fs::exists(recorded / "model.safetensors") || !fs::exists(repeated / "model.safetensors")) return std::nullopt;
  const SafetensorsFile before = SafetensorsFile::read(recorded / "model.safetensors");
  const SafetensorsFile now = SafetensorsFile::read(repeated / "model.safetensors");
  double size = 0, distance = 0;
  for (const TensorBytes& tensor : before.tensors()) {
    const TensorBytes* const other = now.find(tensor.name);
    if (other == nullptr || other->bytes.size() != tensor.bytes.size()) {
      throw DataError("{}: {} is not as the repeated run has it", (recorded / "model.safetensors").string(), tensor.name);
    }
    add_squares(tensor, *other, size, distance);
  }
  return size > 0 ? std::sqrt(distance / size) : 0;
}

}  // namespace

BitComparison compare_bits(const fs::path& recorded, const fs::path& repeated) {
  BitComparison comparison;
  compare_steps(recorded, repeated, comparison);
  compare_hashes(recorded, repeated, comparison);
  return comparison;
}

NearComparison compare_nearly(const fs::path& recorded, const fs::path& repeated) {
  NearComparison comparison;
  const nlohmann::json before = read_sealed_json(recorded / "result.json", "put it back as it was");
  const nlohmann::json now = read_sealed_json(repeated / "result.json", "");
  for (const char* const split : {"val", "test"}) {
    for (const Metric metric : {Metric::accuracy, Metric::f1_macro}) {
      const nlohmann::json was = metric_at(before, split, metric);
      const nlohmann::json is = metric_at(now, split, metric);
      if (!was.is_number() || !is.is_number()) continue;
      comparison.metrics.emplace_back(fmt::format("{} {}", split, metric_label(metric)), is.get<double>() - was.get<double>());
    }
  }
  comparison.weights = weight_distance(recorded, repeated);
  return comparison;
}

}  // namespace agsweep
