#include "workers/run/run_folder.hpp"

#include <optional>

#include <fmt/format.h>

#include "base/file.hpp"
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

}  // namespace

struct RunFolder::Files {
  fs::path folder;
  AppendFile steps;
  AppendFile epochs;
  AppendFile hashes;
  AppendFile log;
  std::optional<EventFile> events;
};

RunFolder::RunFolder(const fs::path& folder, Options options, std::int64_t resumed_step, std::int64_t resumed_epoch)
    : files_(new Files{.folder = folder,
                       .steps = open_csv(folder / "steps.csv", steps_header, resumed_step),
                       .epochs = open_csv(folder / "epochs.csv", epochs_header(), resumed_epoch),
                       .hashes = open_csv(folder / "hashes.csv", hashes_header, resumed_epoch),
                       .log = AppendFile(folder / "log.txt"),
                       .events = {}}) {
  remove_temporary_files(folder);
  if (options.tensorboard) files_->events.emplace(folder, resumed_step);
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
  files_->events->write(report.step, scalars);
}

void RunFolder::write_hashes(std::int64_t epoch, std::span<const TensorBytes> parameters) {
  std::string rows;
  for (const TensorBytes& parameter : parameters) rows += fmt::format("{},{},{}\n", epoch, parameter.name, sha256(parameter.bytes));
  files_->hashes.append(rows);
}

void RunFolder::log(std::string_view line) { files_->log.append(fmt::format("{} {}\n", utc_now(), line)); }

void RunFolder::sync() {
  for (AppendFile* const file : {&files_->steps, &files_->epochs, &files_->hashes, &files_->log}) file->sync();
  if (files_->events) files_->events->sync();
}

void RunFolder::write_result(const nlohmann::json& result) {
  // An error's text may hold bytes of a damaged file: they become U+FFFD rather than lose the result.
  write_file_atomically(files_->folder / "result.json", result.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
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
