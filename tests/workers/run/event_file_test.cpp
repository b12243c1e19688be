#include "workers/run/event_file.hpp"

#include <algorithm>  // std::sort
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workers/run/run_folder.hpp"

namespace agsweep {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;
using testing_support::TemporaryFolder;

/// In the order of their names, which is TensorBoard's.
std::vector<std::filesystem::path> event_files(const TemporaryFolder& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// The events of a file, each without its first field, the wall time.
std::vector<std::string> events_in(const std::filesystem::path& path) {
  constexpr std::size_t wall_time = 9, header = 12, footer = 4;
  const std::string content = read_file(path);
  std::vector<std::string> events;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t size = static_cast<unsigned char>(content.at(begin)) + 256U * static_cast<unsigned char>(content.at(begin + 1));
    const std::string data = content.substr(begin + header, size);
    EXPECT_EQ(content.substr(begin, header + size + footer), tf_record(data));
    EXPECT_EQ(data.at(0), '\x09');
    events.push_back(data.substr(wall_time));
    begin += header + size + footer;
  }
  return events;
}

const std::string version_event =
    "\x1a\x0d"
    "brain.Event:2";

// From the event_file_writer of Python's tensorboard 2.21.0: Event(wall_time=1.5, step=21, session_log=SessionLog(status=START)).
TEST(TfRecord, HasTheBytesThatTensorBoardWrites) {
  const std::string event = "\x09\0\0\0\0\0\0\xf8\x3f\x10\x15\x3a\x02\x08\x01"s;
  EXPECT_EQ(tf_record(event), "\x0f\0\0\0\0\0\0\0\x6d\x53\x2b\x09"s + event + "\x76\x8d\x7c\xfc");
}

TEST(EventFile, BeginsWithItsVersionAndTheStepAfterTheCheckpoint) {
  const TemporaryFolder folder;
  const EventFile fresh(folder.path(), 0);
  const EventFile resumed(folder.path(), 300);
  const auto files = event_files(folder);
  ASSERT_THAT(files, SizeIs(2));
  EXPECT_THAT(events_in(files[0]), ElementsAre(version_event, "\x10\x01\x3a\x02\x08\x01"));
  EXPECT_THAT(events_in(files[1]), ElementsAre(version_event, "\x10\xad\x02\x3a\x02\x08\x01"));
}

TEST(EventFile, WritesTheScalarsOfAStepAsOneEvent) {
  const TemporaryFolder folder;
  EventFile file(folder.path(), 0);
  file.write(1, {{"a", 1.5}, {"bc", 0}});
  const auto events = events_in(event_files(folder).at(0));
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_EQ(events[2],
            "\x10\x01\x2a\x15"
            "\x0a\x08\x0a\x01"
            "a\x15\0\0\xc0\x3f"
            "\x0a\x09\x0a\x02"
            "bc\x15\0\0\0\0"s);
}

TEST(EventFile, SortsAfterAFileOfTheSameSecondOrOfAClockThatIsAhead) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "events.out.tfevents.4102444800.zzz.1", "");
  EventFile(folder.path(), 0).write(1, {});
  EventFile(folder.path(), 0).write(1, {});
  const auto files = event_files(folder);
  ASSERT_THAT(files, SizeIs(3));
  EXPECT_THAT(files[0].filename(), "events.out.tfevents.4102444800.zzz.1");
  EXPECT_THAT(files[1].filename().string(), StartsWith("events.out.tfevents.4102444801."));
  EXPECT_THAT(files[2].filename().string(), StartsWith("events.out.tfevents.4102444802."));
}

TEST(EventFile, NamesAFolderThatIsMissing) {
  const TemporaryFolder folder;
  EXPECT_THROW(EventFile(folder / "none", 0), RunTimeError);
}

TEST(EventFile, OfARunHoldsEachStepAndEachEpochsValidation) {
  const TemporaryFolder folder;
  RunFolder run(folder.path(), {.tensorboard = true}, 0, 0);
  run.write_step({.step = 1});
  run.write_epoch(EpochReport());
  run.sync();
  const auto events = events_in(event_files(folder).at(0));
  ASSERT_THAT(events, SizeIs(4));
  for (const char* tag : {"train/loss", "train/lr", "train/grad_norm"}) EXPECT_THAT(events[2], HasSubstr(tag));
  for (const char* metric : {"loss", "accuracy", "f1_macro", "f1_weighted", "precision_macro", "recall_macro"}) {
    EXPECT_THAT(events[3], HasSubstr(fmt::format("val/{}", metric)));
  }
}

}  // namespace
}  // namespace agsweep
