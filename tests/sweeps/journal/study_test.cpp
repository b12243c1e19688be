#include "sweeps/journal/study.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/sweeps/journal/sample_journal.hpp"

namespace agsweep {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using testing_support::end_time;
using testing_support::error_of;
using testing_support::sample_groups;
using testing_support::start_time;
using testing_support::TemporaryFolder;
using testing_support::text_of_groups;
using testing_support::worker;

std::string sample_text() { return text_of_groups(sample_groups()); }

/// A journal with one running trial, and these lines after it.
Study with_lines(const std::vector<std::string>& lines) {
  return replay(text_of_groups({{study_line(worker, "s", true), trial_line(worker, {}, {}, start_time)}, lines}), "journal.log");
}

TEST(Replay, GivesStudyAndTrialsAsTheyWereWritten) {
  const Study study = replay(sample_text(), "journal.log");
  EXPECT_EQ(study.name, "rank-dropout-lr");
  EXPECT_TRUE(study.maximise);
  EXPECT_EQ(study.attributes.at("agsweep:metric"), "val.f1_macro");
  ASSERT_EQ(study.space.size(), 8U);
  EXPECT_EQ(study.space[4].key, "lora_rank");
  ASSERT_EQ(study.trials.size(), 5U);

  const StudyTrial& complete = study.trials[0];
  EXPECT_EQ(complete.point, (Point{1e-3, 0.1, 3, 16, 1, 0, 2, 0}));
  EXPECT_EQ(complete.state, TrialState::complete);
  EXPECT_EQ(complete.value, 0.75);
  ASSERT_EQ(complete.reports.size(), 2U);
  EXPECT_EQ(complete.reports[1].epoch, 2);
  EXPECT_EQ(complete.reports[1].value, 1.0 / 3);
  EXPECT_EQ(complete.attributes.at("agsweep:seed"), 42);
  EXPECT_EQ(complete.datetime_start, start_time);
  EXPECT_EQ(complete.datetime_complete, end_time);

  EXPECT_EQ(study.trials[1].state, TrialState::pruned);
  EXPECT_EQ(study.trials[2].state, TrialState::failed);
  EXPECT_EQ(study.trials[2].value, std::nullopt);
  EXPECT_EQ(study.trials[2].attributes.at(std::string(error_attribute)), "the loss is not finite at step 7\n");
  EXPECT_TRUE(is_paused(study.trials[3]));
  EXPECT_EQ(study.trials[4].state, TrialState::running);
  EXPECT_FALSE(is_paused(study.trials[4]));
  EXPECT_FALSE(is_paused(study.trials[1]));
}

TEST(Replay, GivesTheEventsInTheirOrder) {
  std::string events;
  for (const StudyEvent& event : replay(sample_text(), "journal.log").events) {
    const char kind = "crae"[static_cast<int>(event.kind)];
    events += fmt::format("{}{} ", kind, event.trial);
  }
  EXPECT_EQ(events, "c0 a0 c1 c2 r1 r0 a1 a2 e2 c3 r0 e0 r3 a1 r1 e1 c4 a3 r4 ");
}

TEST(Replay, KeepsTheFirstReportOfAnEpochAndTheFirstEnd) {
  const Study study = with_lines({report_line(worker, 0, 1, 0.5), report_line(worker, 0, 2, 0.75), report_line(worker, 0, 1, 0.25),
                                  finish_line(worker, 0, TrialState::complete, 0.75, end_time), report_line(worker, 0, 3, 0.875),
                                  trial_attribute_line(worker, 0, "late", 1), finish_line(worker, 0, TrialState::failed, {}, start_time)});
  EXPECT_EQ(study.trials[0].reports.size(), 2U);
  EXPECT_EQ(study.trials[0].reports[0].value, 0.5);
  EXPECT_EQ(study.trials[0].state, TrialState::complete);
  EXPECT_EQ(study.trials[0].datetime_complete, end_time);
  EXPECT_TRUE(study.trials[0].attributes.empty());
  EXPECT_EQ(study.events.size(), 4U);
}

TEST(Replay, SkipsWhatOtherProgramsHaveAdded) {
  const char* other = "0b5e6a4c-140212";
  const Study study = with_lines({
      trial_attribute_line(other, 0, paused_attribute, true),
      report_line(other, 0, 1, 0.5),
      finish_line(other, 0, TrialState::failed, std::nullopt, end_time),
      study_line(other, "another", false),
      R"({"op_code": 1, "worker_id": "x", "study_id": 0})",
      R"({"op_code": 2, "worker_id": "x", "study_id": 0, "user_attr": {"note": NaN}})",
      R"({"op_code": 3, "worker_id": "x", "study_id": "?"})",
      R"({"op_code": 4, "worker_id": "x", "study_id": 0, "datetime_start": null})",
      R"({"op_code": 99, "worker_id": "x"})",
  });
  EXPECT_EQ(study.name, "s");
  EXPECT_EQ(study.events.size(), 1U);
  ASSERT_EQ(study.trials.size(), 1U);
  EXPECT_EQ(study.trials[0].state, TrialState::running);
  EXPECT_TRUE(study.trials[0].attributes.empty());
  EXPECT_EQ(study.in_journal.numbers().total(), 2);
}

TEST(Replay, ReadsAnEmptyJournal) {
  const Study study = replay("", "journal.log");
  EXPECT_TRUE(study.name.empty());
  EXPECT_EQ(study.bytes, 0U);
}

TEST(Replay, StopsBeforeATornLastLine) {
  const std::string text = sample_text();
  for (const std::string_view torn : {"{\"op_code\": 7", "{}", "{\"op_code\": 7\n", "\n", "[]\n", "garbage"}) {
    const Study study = replay(text + std::string(torn), "journal.log");
    EXPECT_EQ(study.bytes, text.size()) << torn;
    EXPECT_EQ(study.torn_bytes, torn.size());
    EXPECT_EQ(study.trials.size(), 5U);
  }
}

TEST(Replay, NamesALineThatIsDamagedInTheMiddle) {
  std::string text = sample_text();
  const std::size_t second_line = text.find('\n') + 1;
  text[second_line] = '#';
  EXPECT_EQ(error_of([&] { replay(text, "S/journal.log"); }), "S/journal.log:2: damaged: no JSON object");
}

TEST(Replay, SaysWhatIsWrongWithALine) {
  const auto problem = [](const std::string& line) { return error_of([&] { with_lines({line, "{}"}); }); };
  const auto ours = [&](std::string_view rest) { return problem(fmt::format(R"({{"worker_id": "{}", {}}})", worker, rest)); };
  EXPECT_EQ(ours(R"("op_code": 7, "trial_id": 0, "step": -1)"), "journal.log:3: step is -1, out of [1, 1000000000]");
  EXPECT_THAT(problem("{}"), StartsWith("journal.log:3: op_code is missing"));
  EXPECT_THAT(problem(R"({"op_code": 4})"), HasSubstr("worker_id is missing"));
  EXPECT_THAT(problem(R"({"op_code": 4, "worker_id": 3})"), HasSubstr("worker_id is of type number, expected a string"));
  EXPECT_THAT(problem(R"({"op_code": "4"})"), HasSubstr("op_code is of type string"));
  EXPECT_THAT(ours(R"("op_code": 9)"), HasSubstr("op_code 9 is none of agsweep's"));
  EXPECT_THAT(ours(R"("op_code": 0, "study_name": "t", "directions": [1])"), HasSubstr("a second study; the first is \"s\""));
  EXPECT_THAT(ours(R"("op_code": 2, "study_id": 1)"), HasSubstr("study_id is 1, out of [0, 0]"));
  EXPECT_THAT(ours(R"("op_code": 2, "study_id": 0, "user_attr": {})"), HasSubstr("user_attr has 0 entries"));
  EXPECT_THAT(ours(R"("op_code": 4, "study_id": 0, "distributions": {"lr": "?"})"), HasSubstr("distributions differ"));
  EXPECT_THAT(ours(R"("op_code": 4, "study_id": 0, "distributions": {}, "params": {"lr": 1})"), HasSubstr("params has 1 entries"));
  EXPECT_THAT(ours(R"("op_code": 6, "trial_id": 1)"), HasSubstr("trial_id is 1, out of [0, 0]"));
  EXPECT_THAT(ours(R"("op_code": 6, "trial_id": 18446744073709551615)"), HasSubstr("trial_id is 18446744073709551615, out of"));
  EXPECT_THAT(ours(R"("op_code": 6, "trial_id": 0, "state": 0)"), HasSubstr("state is 0, but the trial had begun before"));
  EXPECT_THAT(ours(R"("op_code": 6, "trial_id": 0, "state": 1, "values": [1, 2])"), HasSubstr("values are [1,2]"));
  EXPECT_THAT(ours(R"("op_code": 6, "trial_id": 0, "state": 1, "values": null)"), HasSubstr("a complete trial without a value"));
  EXPECT_THAT(ours(R"("op_code": 7, "trial_id": 0, "step": 1, "intermediate_value": NaN)"),
              HasSubstr("intermediate_value is of type null"));
  EXPECT_THAT(ours(R"("op_code": 8, "trial_id": 0.0)"), HasSubstr("trial_id is of type number, expected a whole number"));
  EXPECT_THAT(error_of([] {
                with_lines({report_line(worker, 0, 2, 1), report_line(worker, 0, 1, 1)});
              }),
              EndsWith(":4: trial 0: epoch 1 follows epoch 2"));
}

TEST(Replay, SaysWhatIsWrongWithTheFirstLines) {
  const auto problem = [](const std::vector<std::string>& lines) { return error_of([&] { replay(text_of_groups({lines}), "j"); }); };
  const std::string study = study_line(worker, "s", true);
  EXPECT_EQ(problem({study_line("x", "s", true)}), "j:1: another program has made this journal");
  EXPECT_EQ(problem({trial_line(worker, {}, {}, start_time)}), "j:1: no study precedes this line");
  EXPECT_EQ(problem({study, report_line(worker, 0, 1, 1)}), "j:2: no trial precedes this line");
  EXPECT_THAT(problem({R"({"op_code": 0, "worker_id": "agsweep-", "study_name": "s", "directions": [1, 2]})"}),
              EndsWith("directions are [1,2], expected [1] or [2]"));
  const SearchSpace space = {{.key = "lora_rank", .scale = Scale::values, .values = {std::int64_t{2}, std::int64_t{4}}}};
  EXPECT_EQ(problem({study, trial_line(worker, space, {2}, start_time)}), "j:2: params: lora_rank is 2, expected a whole number in [0, 1]");
  EXPECT_EQ(problem({study, trial_line(worker, space, {0.5}, start_time)}),
            "j:2: params: lora_rank is 0.5, expected a whole number in [0, 1]");
}

TEST(Replay, CrashesAtNoCutAndNoChangedByte) {
  const SearchSpace space = {{.key = "lr", .scale = Scale::log, .low = 5e-5, .high = 5e-3},
                             {.key = "lora_rank", .scale = Scale::values, .values = {std::int64_t{2}, std::string("x")}}};
  const std::string text = text_of_groups(
      {{study_line(worker, "s", true), trial_line(worker, space, {1e-3, 1}, start_time), trial_attribute_line(worker, 0, "a", 1),
        report_line(worker, 0, 1, 0.5), finish_line(worker, 0, TrialState::complete, 0.5, end_time)}});
  for (std::size_t at = 0; at < text.size(); ++at) {
    EXPECT_LE(replay(std::string_view(text).substr(0, at), "j").bytes, at);
    for (const char byte : {'\0', '"', '9'}) {
      std::string changed = text;
      changed[at] = byte;
      error_of([&] { replay(changed, "j"); });  // an error or none, but no other exception
    }
  }
}

TEST(ReadStudy, NamesAFileThatItCannotRead) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of([&] { read_study(folder / "none"); }), EndsWith("/none: cannot read: No such file or directory"));
  EXPECT_THAT(error_of([&] { read_study("/dev/zero"); }), HasSubstr("no regular file"));
}

}  // namespace
}  // namespace agsweep
