#include "orchestrator/replay/run_difference.hpp"

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

using Row = std::vector<std::string>;

/// The rows that both files have, by their first `key` cells, in the order of the repeated one: a repaired run may lack some.
std::vector<std::pair<Row, Row>> rows_of_both(const fs::path& recorded, const fs::path& repeated, std::size_t columns, std::ptrdiff_t key) {
  std::map<Row, Row> before;
  for (Row& row : rows_of(recorded, columns)) {
    Row name(row.begin(), row.begin() + key);
    before.insert_or_assign(std::move(name), std::move(row));
  }
  std::vector<std::pair<Row, Row>> pairs;
  for (Row& row : rows_of(repeated, columns)) {
    const auto found = before.find(Row(row.begin(), row.begin() + key));
    if (found != before.end()) pairs.emplace_back(found->second, std::move(row));
  }
  return pairs;
}

void compare_steps(const fs::path& recorded, const fs::path& repeated, BitComparison& comparison) {
  // step,lr,loss,grad_norm,tokens_per_second
  const auto pairs = rows_of_both(recorded / "steps.csv", repeated / "steps.csv", 5, 1);
  comparison.steps = std::ssize(pairs);
  for (const auto& [before, now] : pairs) {
    for (const auto& [column, name] : {std::pair(2, "loss"), std::pair(3, "grad_norm")}) {
      if (before[column] == now[column]) continue;
      comparison.step = {
          .step = whole(before[0], recorded / "steps.csv"), .column = name, .recorded = before[column], .repeated = now[column]};
      return;
    }
  }
}

void compare_hashes(const fs::path& recorded, const fs::path& repeated, BitComparison& comparison) {
  // epoch,tensor,sha256
  for (const auto& [before, now] : rows_of_both(recorded / "hashes.csv", repeated / "hashes.csv", 3, 2)) {
    const std::int64_t epoch = whole(before[0], recorded / "hashes.csv");
    if (before != now) {
      comparison.tensor = {.epoch = epoch, .tensor = before[1]};
      return;
    }
    comparison.epochs = epoch;
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
  if (comparison.steps == 0) throw DataError("{}: steps.csv has no step to compare", recorded.string());
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
