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

/// As a version wrote it that counted its own trials alone, before there were seals.
TEST(OldSharedJournal, HasNoTrialOfItsOwnInALineAboutAnothersOne) {
  const std::string text = text_of_groups({{study_line(worker, "s", true), own_trial(), foreign_trial(), report_line(worker, 1, 1, 0.5)}});
  EXPECT_THAT(replay(text, "j").trials.at(0).reports, IsEmpty());
}

}  // namespace
}  // namespace agsweep
