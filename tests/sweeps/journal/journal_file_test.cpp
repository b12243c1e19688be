#include "sweeps/journal/journal_file.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/sweeps/journal/sample_journal.hpp"

namespace agsweep {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing_support::error_of;
using testing_support::sample_groups;
using testing_support::sealed_text;
using testing_support::TemporaryFolder;
using testing_support::text_of_groups;
using testing_support::worker;
namespace fs = std::filesystem;

void lock_held() {}

void write_sample(const fs::path& path) {
  OpenedJournal opened = open_journal(path, lock_held);
  for (const std::vector<std::string>& group : sample_groups()) opened.journal.append(group);
}

/// Another program appends, without looking.
void append_raw(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::app | std::ios::binary) << text; }

/// write(2) and its like, as counted by the kernel.
std::int64_t writes_so_far() {
  std::ifstream file("/proc/self/io");
  for (std::string word; file >> word;) {
    std::int64_t count = 0;
    if (word == "syscw:" && file >> count) return count;
  }
  return -1;
}

/// Files of this process may grow to so many bytes, and a write beyond fails, while this object lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit = {.rlim_cur = bytes, .rlim_max = old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

TEST(Journal, HoldsItsGroupsInTheirOrder) {
  const TemporaryFolder folder;
  write_sample(folder / "journal.log");
  EXPECT_EQ(read_file(folder / "journal.log"), sealed_text(sample_groups()));
}

TEST(Journal, GoesOnWhereAnEarlierOneEnded) {
  const TemporaryFolder folder;
  write_sample(folder / "journal.log");
  OpenedJournal opened = open_journal(folder / "journal.log", lock_held);
  EXPECT_EQ(opened.study.trials.size(), 5U);
  EXPECT_EQ(opened.study.torn_bytes, 0U);
  opened.journal.append(std::vector{report_line(worker, 4, 2, 0.5)});
  EXPECT_EQ(read_study(folder / "journal.log").trials[4].reports.size(), 2U);
}

TEST(Journal, WritesAGroupByOneCall) {
  const TemporaryFolder folder;
  OpenedJournal opened = open_journal(folder / "journal.log", lock_held);
  if (writes_so_far() < 0) GTEST_SKIP() << "this kernel does not count a process's writes";
  opened.journal.append(sample_groups()[0]);  // the sanitizer looks at each type once, by writes of its own
  const std::vector<std::string> group = sample_groups()[4];
  const std::int64_t before = writes_so_far();
  opened.journal.append(group);
  EXPECT_EQ(writes_so_far() - before, 1);
}

TEST(Journal, DropsATornLastLineAtEachByteAndKeepsAppending) {
  const TemporaryFolder folder;
  const fs::path path = folder / "journal.log";
  const std::string text = sealed_text(sample_groups());
  std::vector<std::vector<std::string>> before = sample_groups();
  before.pop_back();
  const std::size_t last_group = sealed_text(before).size();
  const std::string next = report_line(worker, 3, 2, 0.5);
  for (std::size_t size = last_group; size <= text.size(); ++size) {
    fs::remove(path);
    append_raw(path, std::string_view(text).substr(0, size));
    OpenedJournal opened = open_journal(path, lock_held);
    const std::size_t kept = text.rfind('\n', size - 1) + 1;
    ASSERT_EQ(opened.study.torn_bytes, size - kept);
    opened.journal.append(std::vector{next});
    const std::string now = read_file(path);
    ASSERT_EQ(now, text.substr(0, kept) + sealed_text({{next}}, replay(text.substr(0, kept), "j").seal)) << size;
    ASSERT_EQ(replay(now, "j").torn_bytes, 0U);
  }
}

TEST(Journal, RecoversFromATornFirstLine) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "journal.log", "{\"op_co");
  OpenedJournal opened = open_journal(folder / "journal.log", lock_held);
  EXPECT_TRUE(opened.study.name.empty());
  opened.journal.append(sample_groups()[0]);
  EXPECT_EQ(read_study(folder / "journal.log").name, "rank-dropout-lr");
}

TEST(Journal, LeavesADamagedFileAsItIs) {
  const TemporaryFolder folder;
  const std::string damaged = "{}\n" + text_of_groups(sample_groups()) + "{\"torn";
  write_file_atomically(folder / "journal.log", damaged);
  EXPECT_THAT(error_of([&] { open_journal(folder / "journal.log", lock_held); }), HasSubstr("/journal.log:1: op_code is missing"));
  EXPECT_EQ(read_file(folder / "journal.log"), damaged);
}

TEST(Journal, ShowsAnyLineThatWasChangedMovedOrLost) {
  std::vector<std::string> lines;
  JournalSeal seal;
  for (const std::vector<std::string>& group : sample_groups()) {
    for (const std::string& line : group) lines.push_back(seal.sealed(line));
  }
  const auto refused = [&](const std::vector<std::string>& changed) {
    const std::string text = text_of_groups({changed});
    return error_of<DataError>([&] { replay(text, "j"); }) != "no error";
  };
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    std::vector<std::string> changed = lines;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(refused(changed)) << i << " lost";
    changed = lines;
    std::swap(changed[i], changed[i + 1]);
    EXPECT_TRUE(refused(changed)) << i << " moved";
    changed = lines;
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    EXPECT_TRUE(refused(changed)) << i << " twice";
    for (const char digit : {'0', '1', '5'}) {  // a number that is another one, and no damaged JSON
      changed = lines;
      const std::size_t at = changed[i].find(digit);
      if (at == std::string::npos) continue;
      changed[i][at] = '7';
      EXPECT_TRUE(refused(changed)) << i << " changed at " << at;
    }
    if (i == 0) continue;  // a journal may begin without: its first seal covers what precedes it
    changed = lines;
    changed[i].erase(changed[i].find(",\"seal\""), 9 + 32 + 1);
    EXPECT_TRUE(refused(changed)) << i << " without its seal";
  }
  std::vector<std::string> changed = lines;
  changed.back().replace(changed.back().find("agsweep-"), 8, "agzweep-");
  EXPECT_TRUE(refused(changed)) << "the last one as if it were another program's";
}

TEST(Journal, RepairedIsCutBeforeTheDamageAndKeepsTheWholeFile) {
  const TemporaryFolder folder;
  const fs::path path = folder / "journal.log";
  const std::string whole = sealed_text(sample_groups());
  std::string changed = whole;
  const std::size_t value = changed.find("0.75");
  changed[value] = '9';
  write_file_atomically(path, changed);
  EXPECT_THAT(error_of<DataError>([&] { open_journal(path, lock_held); }), HasSubstr("give --repair"));
  EXPECT_EQ(read_file(path), changed);
  {
    OpenedJournal opened = open_journal(path, lock_held, /*repair=*/true);
    EXPECT_EQ(opened.study.trials.size(), 3U);
    opened.journal.append(std::vector{report_line(worker, 0, 1, 0.75)});
  }
  EXPECT_EQ(read_file(folder / "journal.log.damaged"), changed);
  const std::size_t kept = changed.rfind('\n', value) + 1;
  EXPECT_EQ(read_file(path).substr(0, kept), whole.substr(0, kept));
  EXPECT_EQ(read_study(path).trials[0].reports.at(0).value, 0.75);
}

TEST(Journal, OfBeforeTheSealsIsSealedFromItsNextLineOn) {
  const TemporaryFolder folder;
  const fs::path path = folder / "journal.log";
  write_file_atomically(path, text_of_groups(sample_groups()));
  OpenedJournal opened = open_journal(path, lock_held);
  EXPECT_FALSE(opened.study.seal.has_begun());
  opened.journal.append(std::vector{report_line(worker, 4, 2, 0.5)});
  std::string changed = read_file(path);
  EXPECT_TRUE(replay(changed, "j").seal.has_begun());
  changed[changed.find("0.75")] = '9';
  EXPECT_THAT(error_of<DataError>([&] { replay(changed, "j"); }), HasSubstr("one was changed, moved or lost"));
}

TEST(Journal, AppendsNothingAfterAFailedWriteAndIsWholeAgainWhenOpenedAnew) {
  const TemporaryFolder folder;
  const fs::path path = folder / "journal.log";
  const std::vector<std::vector<std::string>> groups = sample_groups();
  OpenedJournal opened = open_journal(path, lock_held);
  opened.journal.append(groups[0]);
  {
    constexpr std::size_t seal_size = 9 + 32 + 1;
    const FileSizeLimit limit(fs::file_size(path) + groups[1][0].size() + seal_size + 20);  // ends within the second line
    EXPECT_THAT(error_of<RunTimeError>([&] { opened.journal.append(groups[1]); }), EndsWith("/journal.log: cannot write: File too large"));
  }
  EXPECT_THAT(error_of<RunTimeError>([&] { opened.journal.append(groups[1]); }), HasSubstr("an earlier append failed"));

  OpenedJournal again = open_journal(path, lock_held);
  EXPECT_EQ(again.study.torn_bytes, 20U - 1);
  EXPECT_EQ(again.study.trials.size(), 1U);
  again.journal.append(std::vector{groups[1][1]});
  EXPECT_EQ(read_file(path), sealed_text({groups[0], groups[1]}));
}

TEST(Journal, WritesNothingOnceTheLockIsLost) {
  const TemporaryFolder folder;
  const fs::path path = folder / "journal.log";
  bool mine = true;
  const auto require_lock = [&] {
    if (!mine) throw RunTimeError("the lock is lost");
  };
  OpenedJournal opened = open_journal(path, require_lock);
  opened.journal.append(sample_groups()[0]);
  append_raw(path, "{\"torn");
  mine = false;
  const std::string before = read_file(path);
  EXPECT_EQ(error_of<RunTimeError>([&] { opened.journal.append(sample_groups()[1]); }), "the lock is lost");
  EXPECT_EQ(error_of<RunTimeError>([&] { open_journal(path, require_lock); }), "the lock is lost");
  EXPECT_EQ(read_file(path), before);
}

TEST(Journal, KeepsLinesThatAnotherProgramAddsBetweenItsGroups) {
  const TemporaryFolder folder;
  const fs::path path = folder / "journal.log";
  const std::string note = "{\"op_code\":3,\"worker_id\":\"x\",\"study_id\":0,\"system_attr\":{\"note\":NaN}}\n";
  OpenedJournal opened = open_journal(path, lock_held);
  opened.journal.append(sample_groups()[0]);
  append_raw(path, note);
  opened.journal.append(sample_groups()[1]);
  append_raw(path, note);
  EXPECT_EQ(open_journal(path, lock_held).study.trials.size(), 1U);
  const std::string first = sealed_text({sample_groups()[0]});
  EXPECT_EQ(read_file(path), first + note + sealed_text({sample_groups()[1]}, replay(first, "j").seal) + note);
}

TEST(Journal, RefusesToAppendToHalfALineOfAnotherProgramOrToAShortenedFile) {
  const TemporaryFolder folder;
  const fs::path path = folder / "journal.log";
  write_sample(path);
  OpenedJournal opened = open_journal(path, lock_held);
  append_raw(path, "{\"op_code\":3,");
  EXPECT_THAT(error_of<RunTimeError>([&] { opened.journal.append(sample_groups()[3]); }), HasSubstr("half a line at its end"));

  OpenedJournal again = open_journal(path, lock_held);
  fs::resize_file(path, 10);
  EXPECT_THAT(error_of<RunTimeError>([&] { again.journal.append(sample_groups()[3]); }), HasSubstr("has cut it from"));
}

TEST(Journal, IsAlwaysReadableWhileItGrows) {
  const TemporaryFolder folder;
  const fs::path path = folder / "journal.log";
  OpenedJournal opened = open_journal(path, lock_held);
  opened.journal.append(sample_groups()[0]);
  std::atomic<bool> ended = false;
  std::string problem = "no error";
  std::thread reader([&] {
    std::size_t trials = 0;
    while (!ended && problem == "no error") {
      problem = error_of([&] {
        const Study study = read_study(path);
        if (study.trials.size() < trials) throw DataError("a trial has vanished");
        trials = study.trials.size();
      });
    }
  });
  for (int group = 0; group < 100; ++group) opened.journal.append(sample_groups()[2]);
  ended = true;
  reader.join();
  EXPECT_EQ(problem, "no error");
}

}  // namespace
}  // namespace agsweep
