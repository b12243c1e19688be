// What another program's trials do to the numbers in a journal.
#include "sweeps/journal/trial_numbers.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweeps/journal/journal_file.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/sweeps/journal/sample_journal.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace testing_support;

std::string own_trial() { return trial_line(worker, sample_space(), {1e-3, 0.1, 3, 16, 1, 0, 2, 0}, start_time); }
std::string foreign_trial() { return trial_line("optuna", sample_space(), {2e-3, 0.2, 3, 16, 1, 0, 2, 0}, start_time); }

class SharedJournal : public testing::Test {
 protected:
  SharedJournal() : opened_(open_journal(path(), [] {})) { append({study_line(worker, "s", true)}); }
  std::filesystem::path path() const { return folder_ / "journal.log"; }
  void append(const std::vector<std::string>& lines) { opened_.journal.append(lines); }
  void add_foreign(const std::string& line) { std::ofstream(path(), std::ios::app) << line << "\n"; }
  void reopen() {
    opened_ = open_journal(path(), [] {});
  }
  std::vector<std::int64_t> waiting() {
    std::vector<std::int64_t> numbers;
    for (const WaitingTrial& trial : opened_.journal.waiting()) numbers.push_back(trial.in_journal);
    return numbers;
  }
  /// Without its seal.
  std::string last_line() const {
    const std::string text = read_file(path());
    const std::size_t begin = text.rfind('\n', text.size() - 2) + 1;
    return text.substr(begin, text.rfind(",\"seal\"") - begin) + "}";
  }

 private:
  TemporaryFolder folder_;
  OpenedJournal opened_;
};

TEST_F(SharedJournal, GivesALineTheNumberThatItsTrialHasForOptuna) {
  append({own_trial()});
  add_foreign(foreign_trial());
  append({own_trial(), trial_attribute_line(worker, 1, "agsweep:seed", 42)});
  EXPECT_EQ(last_line(), trial_attribute_line(worker, 2, "agsweep:seed", 42));
  append({report_line(worker, 0, 1, 0.5), report_line(worker, 1, 1, 0.25)});
  EXPECT_EQ(last_line(), report_line(worker, 2, 1, 0.25));
}

TEST_F(SharedJournal, IsReadWithTheSweepsOwnNumbersAndGoesOnSo) {
  add_foreign(foreign_trial());
  append({own_trial(), report_line(worker, 0, 1, 0.5)});
  add_foreign(foreign_trial());
  append({own_trial(), report_line(worker, 1, 1, 0.25)});
  const Study study = read_study(path());
  ASSERT_THAT(study.trials, SizeIs(2));
  EXPECT_EQ(study.trials[0].reports.front().value, 0.5);
  EXPECT_EQ(study.trials[1].reports.front().value, 0.25);
  EXPECT_EQ(study.events.back().trial, 1);
  reopen();
  append({report_line(worker, 1, 2, 0.125)});
  EXPECT_EQ(last_line(), report_line(worker, 3, 2, 0.125));
}

TEST_F(SharedJournal, KeepsItsNumbersWhereOthersAddNotesOnly) {
  append({own_trial()});
  add_foreign(trial_attribute_line("dashboard", 0, "note", "good"));
  append({own_trial(), report_line(worker, 1, 1, 0.25)});
  EXPECT_EQ(last_line(), report_line(worker, 1, 1, 0.25));
}

const nlohmann::json asked = {{"lr", 2e-3}};
const Point asked_point = {2e-3, 0.2, 3, 16, 1, 0, 2, 0};

/// The lines by which a sweep begins a trial that waits.
std::vector<std::string> begun(std::int64_t in_journal) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < asked_point.size(); ++i) {
    lines.push_back(waiting_parameter_line(worker, in_journal, sample_space()[i], asked_point[i]));
  }
  lines.push_back(begin_waiting_line(worker, in_journal, start_time));
  return lines;
}

TEST_F(SharedJournal, TellsWhatWaitsWhoeverHasPutItThere) {
  append({own_trial()});
  add_foreign(waiting_line("optuna", asked, ""));
  add_foreign(foreign_trial());
  append({waiting_line(worker, asked, "1.json")});
  EXPECT_THAT(waiting(), ElementsAre(1, 3));
  reopen();
  EXPECT_THAT(waiting(), ElementsAre(1, 3));
  EXPECT_THAT(read_study(path()).mail, ElementsAre("1.json"));
}

TEST_F(SharedJournal, GivesATrialThatWaitedTheSweepsNextNumber) {
  append({own_trial()});
  add_foreign(waiting_line("optuna", asked, ""));
  append({own_trial()});
  append(begun(1));
  append({report_line(worker, 2, 1, 0.5)});
  EXPECT_EQ(last_line(), report_line(worker, 1, 1, 0.5));
  EXPECT_THAT(waiting(), IsEmpty());
  const Study study = read_study(path());
  ASSERT_THAT(study.trials, SizeIs(3));
  EXPECT_EQ(study.trials[2].point, asked_point);
  EXPECT_TRUE(study.trials[2].was_waiting);
  EXPECT_EQ(study.trials[2].reports.front().value, 0.5);
  reopen();
  append({own_trial(), report_line(worker, 3, 1, 0.25), report_line(worker, 2, 2, 0.75)});
  EXPECT_EQ(read_study(path()).trials[2].reports.size(), 2U);
  EXPECT_EQ(last_line(), report_line(worker, 1, 2, 0.75));
}

TEST_F(SharedJournal, MayBeginWithATrialThatWaited) {
  add_foreign(waiting_line("optuna", asked, ""));
  append(begun(0));
  append({own_trial()});
  EXPECT_THAT(read_study(path()).trials, SizeIs(2));
}

TEST_F(SharedJournal, ForgetsWhatAnotherProgramRunsOrHasEnded) {
  for (int i = 0; i < 3; ++i) add_foreign(waiting_line("optuna", asked, ""));
  add_foreign(R"({"op_code":6,"worker_id":"optuna","trial_id":0,"state":0,"values":null,"datetime_start":"2026-01-31T12:00:00"})");
  add_foreign(R"({"op_code":6,"worker_id":"optuna","trial_id":1,"state":3,"values":null,"datetime_complete":"2026-01-31T12:00:00"})");
  EXPECT_THAT(waiting(), ElementsAre(2));
  append(refuse_waiting_lines(worker, 2, "lr is missing", start_time));
  EXPECT_THAT(waiting(), IsEmpty());
  reopen();
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(SharedJournal, TakesNoHarmFromWhatOtherProgramsWrite) {
  for (const char* const line :
       {R"({"op_code":4,"worker_id":"x","study_id":0,"state":4,"system_attrs":[]})",
        R"({"op_code":4,"worker_id":"x","study_id":1,"state":4})",
        R"({"op_code":4,"worker_id":"x","state":"4","system_attrs":{"fixed_params":{}}})", R"({"op_code":6,"worker_id":"x","trial_id":99})",
        R"({"op_code":6,"worker_id":"x","trial_id":"0"})", R"({"op_code":6,"worker_id":"x"})"}) {
    add_foreign(line);
  }
  EXPECT_THAT(waiting(), IsEmpty());
  append({own_trial(), report_line(worker, 0, 1, 0.5)});
  EXPECT_EQ(last_line(), report_line(worker, 3, 1, 0.5));
}

/// As a version wrote it that counted its own trials alone, before there were seals.
TEST(OldSharedJournal, HasNoTrialOfItsOwnInALineAboutAnothersOne) {
  const std::string text = text_of_groups({{study_line(worker, "s", true), own_trial(), foreign_trial(), report_line(worker, 1, 1, 0.5)}});
  EXPECT_THAT(replay(text, "j").trials.at(0).reports, IsEmpty());
}

}  // namespace
}  // namespace agsweep
