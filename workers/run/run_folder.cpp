#include "workers/run/run_folder.hpp"

#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_file.hpp"
#include "base/json_text.hpp"
#include "base/seal.hpp"
#include "base/sha256.hpp"
#include "base/system.hpp"
#include "workers/run/append_file.hpp"
#include "workers/run/event_file.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view steps_header = "step,lr,loss,grad_norm,tokens_per_second";
constexpr std::string_view hashes_header = "epoch,tensor,sha256";

std::string epochs_header() {
  std::string header = "epoch,split";
  for (const Metric metric : enum_members<Metric>()) header += fmt::format(",{}", metric_key(metric));
  return header + ",seconds";
}

/// 17 digits give a double back exactly; a measured time has no more than 9.
std::string epoch_row(std::int64_t epoch, std::string_view split, const Metrics& metrics, double seconds) {
  std::string row = fmt::format("{},{}", epoch, split);
  for (const Metric metric : enum_members<Metric>()) row += fmt::format(",{:.17g}", metric_value(metrics, metric));
  return row + fmt::format(",{:.9g}\n", seconds);
}

/// The part of a CSV file that is kept, which is as it was sealed.
std::string sealed_part(const fs::path& path, std::string_view header, std::int64_t last, const nlohmann::json& seals, bool repair) {
  std::string kept = CsvFile::kept_part(path, header, last);
  const auto found = seals.find(path.filename().string());
  if (found == seals.end()) return kept;
  const auto seal = found->get<PrefixSeal>();
  if (seal.bytes == kept.size() && seal.sha256 == sha256(std::as_bytes(std::span(kept)))) return kept;
  const fs::path damaged = path.string() + ".damaged";
  if (!repair) {
    throw DataError(
        "{}: its rows are not those that the checkpoint has sealed ({} bytes of SHA-256 {:.12}.., but here are {}): they were changed, "
        "damaged "
        "or lost; put the file back as it was, or give --repair: it keeps the file as {} and goes on without its rows",
        path.string(), seal.bytes, seal.sha256, kept.size(), damaged.filename().string());
  }
  if (fs::exists(path)) fs::rename(path, damaged);
  return "";
}

}  // namespace

struct RunFolder::Files {
  fs::path folder;
  CsvFile steps;
  CsvFile epochs;
  CsvFile hashes;
  AppendFile log;
  Metric metric;
  bool has_session;  // of TensorBoard's HParams
  std::optional<EventFile> events;
};

RunFolder::RunFolder(const fs::path& folder, Options options, std::int64_t resumed_step, std::int64_t resumed_epoch,
                     const nlohmann::json& seals) {
  const std::string epochs = epochs_header();
  const auto part = [&](const char* name, std::string_view header, std::int64_t last) {
    return sealed_part(folder / name, header, last, seals, options.repair);
  };
  const std::string kept_steps = part("steps.csv", steps_header, resumed_step);
  const std::string kept_epochs = part("epochs.csv", epochs, resumed_epoch);
  const std::string kept_hashes = part("hashes.csv", hashes_header, resumed_epoch);
  files_ = std::make_unique<Files>(Files{.folder = folder,
                                         .steps = CsvFile(folder / "steps.csv", steps_header, kept_steps),
                                         .epochs = CsvFile(folder / "epochs.csv", epochs, kept_epochs),
                                         .hashes = CsvFile(folder / "hashes.csv", hashes_header, kept_hashes),
                                         .log = AppendFile(folder / "log.txt"),
                                         .metric = options.metric,
                                         .has_session = !options.hparams.values.empty(),
                                         .events = {}});
  remove_temporary_files(folder);
  if (!options.tensorboard) return;
  files_->events.emplace(folder, resumed_step);
  if (files_->has_session) files_->events->write_session_start(options.hparams);
}

RunFolder::~RunFolder() = default;

const fs::path& RunFolder::path() const { return files_->folder; }

void RunFolder::write_step(const StepReport& report) {
  files_->steps.append(
      fmt::format("{},{:.17g},{:.17g},{:.17g},{:.9g}\n", report.step, report.lr, report.loss, report.grad_norm, report.tokens_per_second));
  if (!files_->events) return;
  files_->events->write(report.step, {{"train/loss", report.loss}, {"train/lr", report.lr}, {"train/grad_norm", report.grad_norm}});
}

void RunFolder::write_epoch(const EpochReport& report) {
  files_->epochs.append(epoch_row(report.epoch, "train", report.train, report.train_seconds) +
                        epoch_row(report.epoch, "val", report.val, report.val_seconds));
  if (!files_->events) return;
  std::vector<Scalar> scalars;
  for (const Metric metric : enum_members<Metric>()) {
    scalars.push_back({.tag = fmt::format("val/{}", metric_key(metric)), .value = metric_value(report.val, metric)});
  }
  scalars.push_back({.tag = fmt::format("best/{}", metric_key(files_->metric)), .value = report.best_value});
  files_->events->write(report.step, scalars);
}

void RunFolder::write_hashes(std::int64_t epoch, std::span<const TensorBytes> parameters) {
  std::string rows;
  for (const TensorBytes& parameter : parameters) rows += fmt::format("{},{},{}\n", epoch, parameter.name, sha256(parameter.bytes));
  files_->hashes.append(rows);
}

void RunFolder::log(std::string_view line) { files_->log.append(fmt::format("{} {}\n", utc_now(), line)); }

void RunFolder::sync() {
  for (CsvFile* const file : {&files_->steps, &files_->epochs, &files_->hashes}) file->sync();
  files_->log.sync();
  if (files_->events) files_->events->sync();
}

nlohmann::json RunFolder::seals() const {
  return {{"steps.csv", files_->steps.seal()}, {"epochs.csv", files_->epochs.seal()}, {"hashes.csv", files_->hashes.seal()}};
}

void RunFolder::write_result(nlohmann::json& result) {
  // An interrupted run may go on.
  if (const auto status = result.find("status");
      files_->events && files_->has_session && status != result.end() && *status != "interrupted") {
    files_->events->write_session_end(*status == "done");
  }
  result["files"] = seals();
  result.erase("seal");
  // An error's text may hold bytes of a damaged file: they become U+FFFD rather than lose the result.
  const std::string text = sealed_json(json_text(result));
  result = nlohmann::json::parse(text);
  write_file_atomically(files_->folder / "result.json", text);
}

nlohmann::json to_json(const Metrics& metrics) {
  nlohmann::json per_class = nlohmann::json::array();
  for (const ClassMetrics& one : metrics.per_class) {
    per_class.push_back({{"precision", one.precision}, {"recall", one.recall}, {"f1", one.f1}, {"support", one.support}});
  }
  nlohmann::json json = {{"per_class", std::move(per_class)}, {"confusion", metrics.confusion}};
  for (const Metric metric : enum_members<Metric>()) json[std::string(metric_key(metric))] = metric_value(metrics, metric);
  return json;
}

}  // namespace agsweep
