#include "workers/run/run_folder.hpp"

#include <fstream>
#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/seal.hpp"
#include "base/sha256.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing_support::error_of;
using testing_support::TemporaryFolder;

const std::string steps_header = "step,lr,loss,grad_norm,tokens_per_second\n";
const std::string epochs_header = "epoch,split,loss,accuracy,f1_macro,f1_weighted,precision_macro,recall_macro,seconds\n";

void write(const std::filesystem::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

RunFolder open(const std::filesystem::path& folder, std::int64_t step = 0, std::int64_t epoch = 0) {
  return RunFolder(folder, {.tensorboard = false}, step, epoch);
}

/// What a reopened run leaves of steps.csv with these rows.
std::string cut_back(const std::string& steps, std::int64_t resumed_step) {
  const TemporaryFolder folder;
  write(folder / "steps.csv", steps);
  open(folder.path(), resumed_step);
  return read_file(folder / "steps.csv");
}

TEST(RunFolder, WritesARowAStepWithEnoughDigitsToGiveTheNumbersBack) {
  const TemporaryFolder folder;
  RunFolder run = open(folder.path());
  run.write_step({.step = 1, .lr = 0.1, .loss = 1.0 / 3, .grad_norm = 2, .tokens_per_second = 12345.678901234});
  EXPECT_EQ(read_file(folder / "steps.csv"), steps_header + "1,0.10000000000000001,0.33333333333333331,2,12345.6789\n");
}

/// What a sync says after this was done to steps.csv.
std::string sync_error_after(const std::function<void(const std::filesystem::path&)>& done) {
  const TemporaryFolder folder;
  RunFolder run = open(folder.path());
  run.sync();
  done(folder / "steps.csv");
  return error_of<RunTimeError>([&] { run.sync(); });
}

TEST(RunFolder, TellsOfAFileThatIsNotAtItsPlaceAnyMore) {
  EXPECT_THAT(sync_error_after([](const auto& path) { std::filesystem::remove(path); }),
              HasSubstr("steps.csv: it has gone while the run wrote to it"));
  EXPECT_THAT(sync_error_after([](const auto& path) {
                write(path.parent_path() / "other", "");
                std::filesystem::rename(path.parent_path() / "other", path);
              }),
              HasSubstr("steps.csv: another file has taken its place"));
}

TEST(RunFolder, WritesTwoRowsAnEpoch) {
  const TemporaryFolder folder;
  RunFolder run = open(folder.path());
  EpochReport report;
  report.epoch = 3;
  report.train_seconds = 1.5;
  report.val_seconds = 0.25;
  report.train = metrics_of(ConfusionMatrix(2), 0.5);
  ConfusionMatrix confusion(2);
  confusion.add(0, 0);
  confusion.add(1, 0);
  report.val = metrics_of(confusion, 1);
  run.write_epoch(report);
  EXPECT_EQ(read_file(folder / "epochs.csv"),
            epochs_header + "3,train,0.5,0,0,0,0,0,1.5\n3,val,1,0.5,0.33333333333333331,0.33333333333333331,0.25,0.5,0.25\n");
}

TEST(RunFolder, WritesTheHashOfEachParameter) {
  const TemporaryFolder folder;
  const std::vector<float> values = {1, 2};
  const std::vector<TensorBytes> parameters = {{"head.bias", "F32", {2}, std::as_bytes(std::span(values))}};
  open(folder.path()).write_hashes(2, parameters);
  EXPECT_EQ(read_file(folder / "hashes.csv"), "epoch,tensor,sha256\n2,head.bias," + sha256(parameters[0].bytes) + "\n");
}

TEST(RunFolder, LogsWithTheTimeOfDayAndGoesOnWithAnEarlierLog) {
  const TemporaryFolder folder;
  open(folder.path()).log("started");
  open(folder.path(), 5, 1).log("resumed");
  EXPECT_THAT(read_file(folder / "log.txt"), MatchesRegex("20..-..-..T..:..:..Z started\n20..-..-..T..:..:..Z resumed\n"));
}

TEST(RunFolder, CutsRowsAfterTheCheckpoint) {
  EXPECT_EQ(cut_back(steps_header + "1,a\n2,b\n10,c\n11,d\n", 10), steps_header + "1,a\n2,b\n10,c\n");
  EXPECT_EQ(cut_back(steps_header + "1,a\n2,b\n", 0), steps_header);
  EXPECT_EQ(cut_back(steps_header + "1,a\n2,b\n", 7), steps_header + "1,a\n2,b\n");
}

TEST(RunFolder, CutsATornRowAndWhatFollowsIt) {
  EXPECT_EQ(cut_back(steps_header + "1,a\n2,b", 10), steps_header + "1,a\n") << "no newline";
  EXPECT_EQ(cut_back(steps_header + "1,a\n2\n3,c\n", 10), steps_header + "1,a\n") << "no comma";
  EXPECT_EQ(cut_back(steps_header + "1,a\n" + std::string(9, '\0') + "\n", 10), steps_header + "1,a\n") << "zeros after a power cut";
  EXPECT_EQ(cut_back(steps_header + "1,a\n\n2,b\n", 10), steps_header + "1,a\n") << "an empty line";
}

TEST(RunFolder, StartsAFileAnewThatLacksItsHeaderOrIsMissing) {
  EXPECT_EQ(cut_back("", 10), steps_header);
  EXPECT_EQ(cut_back("step,lr", 10), steps_header);
  EXPECT_EQ(cut_back("1,a\n2,b\n", 10), steps_header);
  const TemporaryFolder folder;
  open(folder.path(), 10, 2);
  EXPECT_EQ(read_file(folder / "epochs.csv"), epochs_header);
}

TEST(RunFolder, CutsEpochsByTheEpochAndKeepsBothRows) {
  const TemporaryFolder folder;
  write(folder / "epochs.csv", epochs_header + "1,train,x\n1,val,x\n2,train,x\n2,val,x\n");
  write(folder / "hashes.csv", "epoch,tensor,sha256\n1,a,0\n1,b,0\n2,a,0\n");
  open(folder.path(), 100, 1);
  EXPECT_EQ(read_file(folder / "epochs.csv"), epochs_header + "1,train,x\n1,val,x\n");
  EXPECT_EQ(read_file(folder / "hashes.csv"), "epoch,tensor,sha256\n1,a,0\n1,b,0\n");
}

TEST(RunFolder, GoesOnAfterTheCut) {
  const TemporaryFolder folder;
  write(folder / "steps.csv", steps_header + "1,a\n2,b\n3,torn");
  RunFolder run = open(folder.path(), 1);
  run.write_step({.step = 2});
  run.sync();
  EXPECT_EQ(read_file(folder / "steps.csv"), steps_header + "1,a\n2,0,0,0,0\n");
}

TEST(RunFolder, WritesNoEventFileUnlessAsked) {
  const TemporaryFolder folder;
  RunFolder run = open(folder.path());
  run.write_step({.step = 1});
  run.write_epoch(EpochReport());
  run.sync();
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) EXPECT_THAT(entry.path(), Not(HasSubstr("tfevents")));
}

TEST(RunFolder, WritesAResultThatHoldsAnyErrorText) {
  const TemporaryFolder folder;
  RunFolder run = open(folder.path());
  nlohmann::json written = {{"status", "failed"}, {"error", "x\xff.h5"}, {"loss", std::numeric_limits<double>::quiet_NaN()}};
  run.write_result(written);
  const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
  EXPECT_EQ(result["status"], "failed");
  EXPECT_EQ(result["error"], "x\uFFFD.h5");
  EXPECT_TRUE(result["loss"].is_null());
  EXPECT_EQ(result, written);
}

TEST(RunFolder, SealsItsResult) {
  const TemporaryFolder folder;
  nlohmann::json result = {{"loss", 0.25}};
  open(folder.path()).write_result(result);
  std::string text = read_file(folder / "result.json");
  EXPECT_TRUE(check_seal(text, json_seal, "result.json", ""));
  text[text.find("0.25")] = '1';
  EXPECT_THROW(check_seal(text, json_seal, "result.json", ""), DataError);
}

TEST(RunFolder, SealsTheRowsThatAreThere) {
  const TemporaryFolder folder;
  RunFolder run = open(folder.path());
  run.write_step({.step = 1});
  run.write_step({.step = 2});
  const nlohmann::json seals = run.seals();
  run.write_step({.step = 3});
  const std::string rows = steps_header + "1,0,0,0,0\n2,0,0,0,0\n";
  EXPECT_EQ(seals["steps.csv"], (nlohmann::json{{"bytes", rows.size()}, {"sha256", sha256(std::as_bytes(std::span(rows)))}}));
  EXPECT_EQ(RunFolder(folder.path(), {.tensorboard = false}, 2, 0, seals).seals(), seals);
}

TEST(RunFolder, RefusesRowsThatWereChangedOrLostAndChangesNothing) {
  const TemporaryFolder folder;
  RunFolder run = open(folder.path());
  for (std::int64_t step = 1; step <= 3; ++step) run.write_step({.step = step});
  const nlohmann::json seals = run.seals();
  const std::string whole = read_file(folder / "steps.csv");
  std::string changed = whole;
  changed[changed.find("2,0") + 2] = '5';
  for (const std::string& damaged : {changed, steps_header + "1,0,0,0,0\n3,0,0,0,0\n", steps_header, std::string()}) {
    write(folder / "steps.csv", damaged);
    const auto resume = [&](bool repair) { RunFolder(folder.path(), {.tensorboard = false, .repair = repair}, 3, 0, seals); };
    EXPECT_THAT(testing_support::error_of<DataError>([&] { resume(false); }), HasSubstr("steps.csv: its rows are not those"));
    EXPECT_EQ(read_file(folder / "steps.csv"), damaged);
    resume(true);
    EXPECT_EQ(read_file(folder / "steps.csv"), steps_header);
    EXPECT_EQ(read_file(folder / "steps.csv.damaged"), damaged);
  }
}

TEST(RunFolder, SaysWhichFileCannotBeOpened) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "log.txt");
  EXPECT_THROW(open(folder.path()), RunTimeError);
}

TEST(ToJson, SpellsMetricsAsResultJsonDoes) {
  ConfusionMatrix confusion(2);
  confusion.add(0, 0);
  confusion.add(1, 0);
  const nlohmann::json json = to_json(metrics_of(confusion, 0.5));
  EXPECT_EQ(json["accuracy"], 0.5);
  EXPECT_EQ(json["confusion"], (nlohmann::json{{1, 0}, {1, 0}}));
  EXPECT_EQ(json["per_class"][1], (nlohmann::json{{"precision", 0.0}, {"recall", 0.0}, {"f1", 0.0}, {"support", 1}}));
  for (const char* key : {"loss", "f1_macro", "f1_weighted", "precision_macro", "recall_macro"}) EXPECT_TRUE(json.contains(key)) << key;
}

}  // namespace
}  // namespace agsweep
