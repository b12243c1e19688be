#include "tests/sweeps/aggregate/sweep_writer.hpp"

#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/json.hpp"
#include "sweeps/aggregate/sweep_results.hpp"  // the names of the study's attributes
#include "sweeps/journal/journal_record.hpp"
#include "sweeps/space/resolved_spec.hpp"
#include "tests/sweeps/space/small_options.hpp"

namespace agsweep::testing_support {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view writer = "agsweep-n1-4242-99";
}

SweepWriter::SweepWriter(fs::path folder, std::string_view spec, const Facts& facts)
    : folder_(std::move(folder)), state_(spec_of(spec), facts.epochs, std::string(writer), any_value) {
  fs::create_directories(folder_ / "trials");
  for (const std::string& line : state_.take_lines()) journal_ += line + "\n";
  journal_ += study_attribute_line(writer, epochs_attribute, facts.epochs) + "\n";
  journal_ += study_attribute_line(writer, data_attribute, facts.data_sha256) + "\n";
  journal_ += study_attribute_line(writer, train_limit_attribute, facts.train_limit) + "\n";
  if (facts.deterministic) journal_ += study_attribute_line(writer, "agsweep:deterministic", true) + "\n";
}

std::int64_t SweepWriter::begin() { return state_.next(0, 0, now).value(); }

void SweepWriter::report(std::int64_t trial, const std::vector<double>& values) {
  for (const double value : values) {
    if (state_.report(trial, state_.trial(trial).epochs() + 1, value) != Verdict::go_on) break;
  }
  state_.conclude(trial, now);
}

std::int64_t SweepWriter::run(const std::vector<double>& values) {
  const std::int64_t trial = begin();
  report(trial, values);
  return trial;
}

void SweepWriter::result(std::int64_t trial, std::string_view config_hash, double seconds) const {
  const nlohmann::json result = {{"status", "done"}, {"config_hash", config_hash}, {"train_seconds", seconds}, {"eval_seconds", 0.5}};
  const fs::path run = folder_ / "trials" / fmt::format("{:04}", trial);
  fs::create_directories(run);
  write_text(run / "result.json", result.dump(2));
}

const fs::path& SweepWriter::save() {
  for (const std::string& line : state_.take_lines()) journal_ += line + "\n";
  write_text(folder_ / resolved_spec_name, resolved_spec(state_.spec()));
  write_text(folder_ / journal_name, journal_);
  return folder_;
}

void write_text(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }
void append_text(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary | std::ios::app) << text; }

std::string grid_spec(const std::vector<double>& rates, std::string_view top, std::string_view tables) {
  return fmt::format("model = \"scratch\"\nsampler = \"grid\"\n{}\n[space]\nlr = {{ values = [{}] }}\n{}\n", top, fmt::join(rates, ", "),
                     tables);
}

}  // namespace agsweep::testing_support
